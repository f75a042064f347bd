/* SPDX-License-Identifier: Apache-2.0 */
/* The second line: threads that judge what takes long, behind a bounded queue. */
#include <stdlib.h>

#include "base/clock.h"
#include "serve/server_impl.h"

void job_free(struct job *j)
{
	free((char *)j->body.p);
	sw_buf_release(&j->answer);
	free(j);
}

static struct job *take(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->first && !p->stop)
		pthread_cond_wait(&p->more, &p->lock);
	struct job *j = p->first;
	if (j) {
		p->first = j->next;
		if (!p->first)
			p->last = &p->first;
		p->n--;
	}
	pthread_mutex_unlock(&p->lock);
	return j;
}

static void work(struct bench *b, struct job *j)
{
	char uid[128];
	size_t n_uid;
	if (sw_now_ns() > j->deadline) /* its connection was answered when the deadline passed */
		return;
	/* It was read once, so that it is an AdmissionReview; no budget: this is the end of the
	 * line. */
	judge(b, j->body, j->mutate, j->start, j->deadline, 0, &j->answer, uid, &n_uid, NULL);
}

static void *run(void *arg)
{
	struct bench *b = arg;
	struct job *j;
	while ((j = take(&b->s->pool))) {
		work(b, j);
		bench_flush(b);
		if (!j->answer.n)
			judge_undecided(b, sw_str_make(j->uid, j->n_uid), 504,
				"the deadline passed", j->start, &j->answer);
		worker_done(j->w, j);
	}
	return NULL;
}

int pool_start(struct server *s, struct sw_policies *policies, struct sw_error *err)
{
	struct pool *p = &s->pool;
	uint32_t n = s->o->second_line ? s->o->second_line : 1;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->last = &p->first;
	p->max = s->o->queue;
	for (uint32_t i = 0; i < n && i < WORKERS_MAX; i++) {
		int rc = bench_init(&p->benches[i], s, policies, err);
		if (rc)
			return rc;
		int e = pthread_create(&p->threads[i], NULL, run, &p->benches[i]);
		if (e)
			return sw_error_errno(err, SW_EIO, e, "cannot start a thread");
		p->n_threads++;
	}
	return 0;
}

bool pool_put(struct pool *p, struct job *j)
{
	pthread_mutex_lock(&p->lock);
	bool ok = p->n < p->max && !p->stop;
	if (ok) {
		j->next = NULL;
		*p->last = j;
		p->last = &j->next;
		p->n++;
		pthread_cond_signal(&p->more);
	}
	pthread_mutex_unlock(&p->lock);
	return ok;
}

/* After the workers have ended: their jobs find nobody. */
void pool_stop(struct server *s)
{
	struct pool *p = &s->pool;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (uint32_t i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	for (uint32_t i = 0; i < WORKERS_MAX; i++)
		bench_release(&p->benches[i]);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
}
