/* SPDX-License-Identifier: Apache-2.0 */
#include "image/readers/readers.h"

const struct sw_reader *const sw_readers[] = {
	&rd_alpm,
	&rd_apk,
	&rd_dpkg,
	&rd_dpkg_files,
	&rd_rpm,
	&rd_rpm_manifest,
	&rd_rpm_wal,
	NULL,
};
