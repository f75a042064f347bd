/* SPDX-License-Identifier: Apache-2.0 */
/* `seawall watch`: the command's body; its options are in opts.c. */
#ifndef SW_CMD_WATCH_H
#define SW_CMD_WATCH_H

#include "cmd/cmd.h"

int sw_watch_run(struct sw_cmd_ctx *ctx);

#endif
