/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of this folder, one per format; readers.c puts them in the table of image/reader.h. */
#ifndef SW_IMAGE_READERS_READERS_H
#define SW_IMAGE_READERS_READERS_H

#include "image/reader.h"

extern const struct sw_reader rd_actions, rd_alpm, rd_apk, rd_bitnami, rd_brew, rd_bun,
	rd_cargo, rd_chisel, rd_cocoapods, rd_composer, rd_composer_lock, rd_conan,
	rd_conaninfo, rd_conda, rd_conda_environment, rd_cpan, rd_cran, rd_deno,
	rd_dotnet_assets, rd_dotnet_deps, rd_dotnet_lock, rd_dotnet_project, rd_dpkg,
	rd_dpkg_files, rd_gleam, rd_go_mod, rd_gradle, rd_hackage, rd_hex, rd_jar, rd_julia,
	rd_jvm, rd_luarocks, rd_maven_pom, rd_node_modules, rd_npm_lock, rd_opam, rd_otp, rd_paket,
	rd_pear, rd_pnpm, rd_portage, rd_program, rd_pub, rd_python_archive, rd_python_dist,
	rd_python_pdm, rd_python_pipenv, rd_python_poetry, rd_python_pylock,
	rd_python_requirements, rd_python_uv, rd_rebar, rd_renv, rd_rpm, rd_rpm_manifest,
	rd_rpm_sqlite, rd_ruby_gem, rd_ruby_lock, rd_sbom_file, rd_sbt, rd_software, rd_swift, rd_terraform,
	rd_vcpkg, rd_wordpress, rd_yarn;

#endif
