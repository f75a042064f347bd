/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked at before a module is written anew; inside of format/. */
#ifndef SW_REGO_FORMAT_MODULE_H
#define SW_REGO_FORMAT_MODULE_H

#include "rego/format/impl.h"

/* What Rego v1 forbids, whatever the source's version: duplicate imports, shadowed documents, old builtins. */
bool fmt_check_v1(const struct sw_rego_module *m, struct sw_rego_diags *d);

#endif
