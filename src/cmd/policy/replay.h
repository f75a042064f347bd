/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of `seawall policy replay`: the recorded stream, one request at a time. */
#ifndef SW_CMD_POLICY_REPLAY_H
#define SW_CMD_POLICY_REPLAY_H

#include "cmd/cmd.h"
#include "serve/door.h"

enum sw_replay_kind {
	SW_REPLAY_REQUEST, /* *ret is filled */
	SW_REPLAY_PASSED,  /* nothing to judge: a read, an early stage of an audit event, an empty line */
	SW_REPLAY_UNSEEN,  /* recorded without what judging needs; *err says what */
};

/*
 * One line: an AdmissionReview, its request alone, or an audit event. The request lives in `a` and
 * views the line. Negative: the line cannot be read.
 */
int sw_replay_read(struct sw_arena *a, struct sw_str line, struct sw_admission *ret, struct sw_error *err);

#endif
