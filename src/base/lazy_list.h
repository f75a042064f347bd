/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions that base/lazy.c has stubs for, by library. A function that is missing here fails
 * at the link: "undefined reference", or for libcrypto, of which SHA-256 alone is linked in,
 * "multiple definition". `tools/lazy-list build/release` adds it.
 */
#ifndef SW_BASE_LAZY_LIST_H
#define SW_BASE_LAZY_LIST_H

/* clang-format off */
#define SW_LAZY_CRYPTO(F) \
	F(ASN1_INTEGER_get) F(ASN1_INTEGER_set_uint64) F(ASN1_STRING_get0_data) \
	F(ASN1_STRING_length) F(ASN1_TIME_print) F(ASN1_TIME_to_tm) F(BIO_clear_flags) \
	F(BIO_ctrl) F(BIO_free) F(BIO_get_data) F(BIO_get_new_index) F(BIO_meth_free) \
	F(BIO_meth_new) F(BIO_meth_set_ctrl) F(BIO_meth_set_read) F(BIO_meth_set_write) \
	F(BIO_new) F(BIO_new_mem_buf) F(BIO_printf) F(BIO_puts) F(BIO_s_mem) F(BIO_set_data) \
	F(BIO_set_flags) F(BIO_set_init) F(BN_CTX_end) F(BN_CTX_free) F(BN_CTX_get) \
	F(BN_CTX_new) F(BN_CTX_start) F(BN_bin2bn) F(BN_bn2bin) F(BN_bn2binpad) \
	F(BN_bn2lebinpad) F(BN_clear_free) F(BN_cmp) F(BN_div) F(BN_free) F(BN_hex2bn) \
	F(BN_is_bit_set) F(BN_is_odd) F(BN_is_zero) F(BN_lebin2bn) F(BN_mod_add_quick) \
	F(BN_mod_inverse) F(BN_mod_mul) F(BN_mod_sqrt) F(BN_mod_sub_quick) F(BN_num_bits) \
	F(BN_set_word) F(BN_sub) F(BN_zero_ex) F(CRYPTO_free) F(ECDSA_SIG_free) \
	F(ECDSA_SIG_get0_r) F(ECDSA_SIG_get0_s) F(ECDSA_SIG_new) F(ECDSA_SIG_set0) \
	F(ERR_clear_error) F(ERR_peek_last_error) F(ERR_reason_error_string) F(EVP_Digest) \
	F(EVP_DigestFinal_ex) F(EVP_DigestInit_ex) F(EVP_DigestInit_ex2) F(EVP_DigestSign) \
	F(EVP_DigestSignInit) F(EVP_DigestUpdate) F(EVP_DigestVerify) F(EVP_DigestVerifyInit) \
	F(EVP_EncodeBlock) F(EVP_MD_CTX_free) F(EVP_MD_CTX_new) F(EVP_MD_fetch) \
	F(EVP_PKCS82PKEY) F(EVP_PKEY_CTX_free) F(EVP_PKEY_CTX_new) \
	F(EVP_PKEY_CTX_new_from_name) F(EVP_PKEY_CTX_set_rsa_padding) \
	F(EVP_PKEY_CTX_set_rsa_pss_saltlen) F(EVP_PKEY_CTX_set_signature_md) \
	F(EVP_PKEY_Q_keygen) F(EVP_PKEY_eq) F(EVP_PKEY_free) F(EVP_PKEY_fromdata) \
	F(EVP_PKEY_fromdata_init) F(EVP_PKEY_get_base_id) F(EVP_PKEY_get_bits) \
	F(EVP_PKEY_get_bn_param) F(EVP_PKEY_get_group_name) F(EVP_PKEY_get_id) \
	F(EVP_PKEY_get_raw_private_key) F(EVP_PKEY_get_raw_public_key) F(EVP_PKEY_get_size) \
	F(EVP_PKEY_new_raw_private_key) F(EVP_PKEY_new_raw_public_key) F(EVP_PKEY_verify) \
	F(EVP_PKEY_verify_init) F(EVP_md5) F(EVP_sha1) F(EVP_sha256) F(EVP_sha384) \
	F(EVP_sha512) F(EXTENDED_KEY_USAGE_free) F(GENERAL_NAMES_free) F(HMAC) F(OBJ_get0_data) \
	F(OBJ_length) F(OBJ_obj2nid) F(OBJ_obj2txt) F(OPENSSL_sk_free) F(OPENSSL_sk_new_null) \
	F(OPENSSL_sk_num) F(OPENSSL_sk_pop_free) F(OPENSSL_sk_push) F(OPENSSL_sk_value) \
	F(OSSL_PARAM_BLD_free) F(OSSL_PARAM_BLD_new) F(OSSL_PARAM_BLD_push_BN) \
	F(OSSL_PARAM_BLD_push_octet_string) F(OSSL_PARAM_BLD_push_utf8_string) \
	F(OSSL_PARAM_BLD_to_param) F(OSSL_PARAM_free) F(OpenSSL_version) F(PEM_read_bio) \
	F(PEM_read_bio_PUBKEY) F(PEM_read_bio_PrivateKey) F(PEM_read_bio_X509) \
	F(PEM_read_bio_X509_REQ) F(PEM_write_PrivateKey) F(PEM_write_X509) \
	F(PKCS7_get0_signers) F(PKCS8_PRIV_KEY_INFO_free) F(PKCS8_pkey_get0) F(RAND_bytes) \
	F(TS_MSG_IMPRINT_get_algo) F(TS_MSG_IMPRINT_get_msg) F(TS_RESP_free) \
	F(TS_RESP_get_status_info) F(TS_RESP_get_token) F(TS_RESP_get_tst_info) \
	F(TS_RESP_verify_response) F(TS_STATUS_INFO_get0_status) F(TS_TST_INFO_get_msg_imprint) \
	F(TS_TST_INFO_get_time) F(TS_VERIFY_CTX_add_flags) F(TS_VERIFY_CTX_free) \
	F(TS_VERIFY_CTX_new) F(TS_VERIFY_CTX_set_certs) F(TS_VERIFY_CTX_set_store) \
	F(X509V3_EXT_conf_nid) F(X509V3_set_ctx) F(X509_EXTENSION_free) \
	F(X509_EXTENSION_get_critical) F(X509_EXTENSION_get_data) F(X509_EXTENSION_get_object) \
	F(X509_NAME_ENTRY_get_data) F(X509_NAME_add_entry_by_txt) F(X509_NAME_cmp) \
	F(X509_NAME_free) F(X509_NAME_get_entry) F(X509_NAME_get_index_by_NID) \
	F(X509_NAME_oneline) F(X509_NAME_print_ex) F(X509_REQ_free) F(X509_REQ_print) \
	F(X509_STORE_CTX_free) F(X509_STORE_CTX_get0_chain) F(X509_STORE_CTX_get0_param) \
	F(X509_STORE_CTX_get_error) F(X509_STORE_CTX_init) F(X509_STORE_CTX_new) \
	F(X509_STORE_CTX_set_depth) F(X509_STORE_add_cert) F(X509_STORE_free) F(X509_STORE_new) \
	F(X509_STORE_set_flags) F(X509_VERIFY_PARAM_set_auth_level) \
	F(X509_VERIFY_PARAM_set_depth) F(X509_VERIFY_PARAM_set_flags) \
	F(X509_VERIFY_PARAM_set_time) F(X509_add_ext) F(X509_check_ca) F(X509_check_host) \
	F(X509_check_ip) F(X509_cmp) F(X509_cmp_time) F(X509_free) F(X509_get0_notAfter) \
	F(X509_get0_notBefore) F(X509_get0_pubkey) F(X509_get_ext) F(X509_get_ext_count) \
	F(X509_get_ext_d2i) F(X509_get_extended_key_usage) F(X509_get_extension_flags) \
	F(X509_get_issuer_name) F(X509_get_key_usage) F(X509_get_pubkey) \
	F(X509_get_serialNumber) F(X509_get_signature_info) F(X509_get_signature_nid) \
	F(X509_get_subject_name) F(X509_getm_notAfter) F(X509_getm_notBefore) \
	F(X509_gmtime_adj) F(X509_new) F(X509_print) F(X509_set_issuer_name) F(X509_set_pubkey) \
	F(X509_set_version) F(X509_sign) F(X509_supported_extension) F(X509_time_adj_ex) \
	F(X509_up_ref) F(X509_verify_cert) F(X509_verify_cert_error_string) F(d2i_ECDSA_SIG) \
	F(d2i_PKCS8_PRIV_KEY_INFO) F(d2i_PUBKEY) F(d2i_PrivateKey) F(d2i_PublicKey) \
	F(d2i_TS_RESP) F(d2i_X509) F(i2d_ECDSA_SIG) F(i2d_PUBKEY)

#define SW_LAZY_SSL(F) \
	F(SSL_CTX_check_private_key) F(SSL_CTX_ctrl) F(SSL_CTX_free) \
	F(SSL_CTX_get0_certificate) F(SSL_CTX_load_verify_locations) F(SSL_CTX_new) \
	F(SSL_CTX_set_cipher_list) F(SSL_CTX_set_ciphersuites) F(SSL_CTX_set_client_CA_list) \
	F(SSL_CTX_set_num_tickets) F(SSL_CTX_set_options) F(SSL_CTX_set_verify) \
	F(SSL_CTX_use_PrivateKey_file) F(SSL_CTX_use_certificate_chain_file) \
	F(SSL_do_handshake) F(SSL_free) F(SSL_get0_peer_certificate) F(SSL_get_error) \
	F(SSL_get_verify_result) F(SSL_has_pending) F(SSL_load_client_CA_file) F(SSL_new) \
	F(SSL_read) F(SSL_set_accept_state) F(SSL_set_bio) F(SSL_set_fd) F(SSL_shutdown) \
	F(SSL_write) F(TLS_server_method)

#define SW_LAZY_GLIB(F) \
	F(g_array_append_vals) F(g_array_free) F(g_array_new) F(g_array_set_size) \
	F(g_ascii_tolower) F(g_base64_decode) F(g_base64_encode) F(g_build_filename) \
	F(g_bytes_equal) F(g_bytes_get_data) F(g_bytes_get_size) F(g_bytes_hash) F(g_bytes_new) \
	F(g_bytes_ref) F(g_bytes_unref) F(g_direct_equal) F(g_direct_hash) F(g_free) \
	F(g_hash_table_add) F(g_hash_table_contains) F(g_hash_table_destroy) \
	F(g_hash_table_foreach_remove) F(g_hash_table_get_keys) F(g_hash_table_insert) \
	F(g_hash_table_iter_init) F(g_hash_table_iter_next) F(g_hash_table_lookup) \
	F(g_hash_table_lookup_extended) F(g_hash_table_new) F(g_hash_table_new_full) \
	F(g_hash_table_remove) F(g_hash_table_remove_all) F(g_hash_table_replace) \
	F(g_hash_table_size) F(g_hash_table_unref) F(g_list_free) F(g_list_sort) F(g_malloc0) \
	F(g_malloc0_n) F(g_malloc_n) F(g_memdup2) F(g_ptr_array_add) F(g_ptr_array_free) \
	F(g_ptr_array_new) F(g_ptr_array_new_with_free_func) F(g_ptr_array_set_size) \
	F(g_ptr_array_sort) F(g_queue_init) F(g_queue_push_head_link) F(g_queue_unlink) \
	F(g_realloc_n) F(g_str_equal) F(g_str_hash) F(g_strconcat) F(g_strdup) \
	F(g_strdup_printf) F(g_strfreev) F(g_strjoin) F(g_strndup) F(g_strsplit) \
	F(g_tree_destroy) F(g_tree_foreach) F(g_tree_lookup) F(g_tree_new_full) \
	F(g_tree_nnodes) F(g_tree_remove) F(g_tree_replace) F(g_unichar_get_script) \
	F(g_unichar_isalpha) F(g_unichar_isdigit) F(g_unichar_tolower) F(g_unichar_toupper) \
	F(g_unichar_type) F(g_unichar_validate)

#define SW_LAZY_PCRE2(F) \
	F(pcre2_code_free_8) F(pcre2_compile_8) F(pcre2_compile_context_create_8) \
	F(pcre2_compile_context_free_8) F(pcre2_config_8) F(pcre2_get_error_message_8) \
	F(pcre2_get_ovector_count_8) F(pcre2_get_ovector_pointer_8) F(pcre2_jit_compile_8) \
	F(pcre2_jit_match_8) F(pcre2_match_8) F(pcre2_match_context_create_8) \
	F(pcre2_match_context_free_8) F(pcre2_match_data_create_8) \
	F(pcre2_match_data_create_from_pattern_8) F(pcre2_match_data_free_8) \
	F(pcre2_set_depth_limit_8) F(pcre2_set_heap_limit_8) F(pcre2_set_match_limit_8) \
	F(pcre2_set_newline_8) F(pcre2_set_offset_limit_8) F(pcre2_set_parens_nest_limit_8) \
	F(pcre2_substring_number_from_name_8)

#define SW_LAZY_GMP(F) \
	F(__gmpq_canonicalize) F(__gmpq_clear) F(__gmpq_init) F(__gmpq_mul) F(__gmpq_set_d) \
	F(__gmpq_set_ui) F(__gmpz_abs) F(__gmpz_add) F(__gmpz_add_ui) F(__gmpz_and) \
	F(__gmpz_clear) F(__gmpz_clears) F(__gmpz_cmp) F(__gmpz_cmp_ui) F(__gmpz_com) \
	F(__gmpz_divexact) F(__gmpz_divisible_p) F(__gmpz_fdiv_q_2exp) F(__gmpz_fits_slong_p) \
	F(__gmpz_get_si) F(__gmpz_get_str) F(__gmpz_get_ui) F(__gmpz_import) F(__gmpz_init) \
	F(__gmpz_init_set) F(__gmpz_init_set_str) F(__gmpz_init_set_ui) F(__gmpz_inits) \
	F(__gmpz_ior) F(__gmpz_mul) F(__gmpz_mul_2exp) F(__gmpz_mul_ui) F(__gmpz_neg) \
	F(__gmpz_scan1) F(__gmpz_set) F(__gmpz_set_si) F(__gmpz_set_str) F(__gmpz_set_ui) \
	F(__gmpz_sizeinbase) F(__gmpz_sub) F(__gmpz_sub_ui) F(__gmpz_tdiv_q_2exp) \
	F(__gmpz_tdiv_qr) F(__gmpz_tdiv_r) F(__gmpz_tstbit) F(__gmpz_ui_pow_ui) F(__gmpz_xor)

#define SW_LAZY_MATH(F) \
	F(floor) F(fmod) F(llround) F(log2) F(lround) F(pow) F(round) F(sqrt) F(trunc)

#define SW_LAZY_ALL(F) \
	SW_LAZY_CRYPTO(F) SW_LAZY_SSL(F) SW_LAZY_GLIB(F) SW_LAZY_PCRE2(F) SW_LAZY_GMP(F) SW_LAZY_MATH(F)

#endif
