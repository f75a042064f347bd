/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading thread fills batches of objects; each is judged as a whole by one thread, into a collection of
 * findings of that thread's own, and its findings are taken in the order in which the batches were filled. The
 * memory of documents and files goes with the batch that was being filled when they ended: batches are taken in
 * order, so no earlier one needs them any more when it is its turn.
 */
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/thread.h"
#include "policy/scan_impl.h"

enum {
	BATCH_OBJECTS = 64,
	BATCH_BYTES = 256 << 10, /* of text */
	BATCH_FILES = 64,
	SPARE_ARENAS = 256,
	SPARE_BYTES = 256 << 10,
};

/* An object, or a finding that is made already. */
struct item {
	struct scan_object object;
	struct sw_finding *ready;
	uint32_t n; /* findings of the object */
};

struct batch {
	struct batch *next; /* in order */
	struct item *items;
	uint32_t n, cap;
	GPtrArray *files;
	GArray *arenas; /* struct sw_arena: values of documents */
	size_t bytes;
	GPtrArray *found; /* the findings of all objects, in order */
	bool done;
	int rc; /* what ended it; the objects behind were not judged */
	uint32_t judged;
	struct sw_error err;
};

struct worker {
	struct scan_jobs *jobs;
	pthread_t thread;
	struct sw_findings out;
	struct scan_judge judge;
};

struct scan_jobs {
	struct scan *x;
	struct worker *workers;
	uint32_t n_workers, n_started;
	/* The reading thread's own: */
	struct batch *filling;
	GArray *spare;			/* struct sw_arena, empty */
	uint32_t in_document, in_file;	/* objects given of the document and the file that are being read */
	const struct sw_source *source; /* of the last object */
	int rc;				/* what ended the run */
	struct sw_error err;
	/* Under the lock: */
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	struct batch *first, *last; /* given, not taken; in order */
	struct batch *todo;	    /* the first that no thread has */
	uint32_t n_given;
	bool stop;
};

static struct batch *batch_new(void)
{
	struct batch *b = g_new0(struct batch, 1);
	b->files = g_ptr_array_new();
	b->arenas = g_array_new(FALSE, FALSE, sizeof(struct sw_arena));
	b->found = g_ptr_array_new();
	return b;
}

/* Gives back what the objects of a batch were made of. */
static void batch_free(struct scan_jobs *jobs, struct batch *b)
{
	for (uint32_t i = 0; i < b->arenas->len; i++) {
		struct sw_arena *a = &g_array_index(b->arenas, struct sw_arena, i);
		sw_arena_reset(a);
		if (jobs->spare->len < SPARE_ARENAS && a->peak < SPARE_BYTES)
			g_array_append_val(jobs->spare, *a);
		else
			sw_arena_release(a);
	}
	for (uint32_t i = 0; i < b->files->len; i++)
		sw_input_file_free(b->files->pdata[i]);
	g_array_free(b->arenas, TRUE);
	g_ptr_array_free(b->files, TRUE);
	g_ptr_array_free(b->found, TRUE);
	g_free(b->items);
	g_free(b);
}

/* ---- judging ---- */

static void judge_batch(struct scan_judge *j, struct batch *b)
{
	struct sw_findings *out = j->out;
	for (uint32_t i = 0; !b->rc && i < b->n; i++) {
		struct item *it = &b->items[i];
		uint32_t before = out->n;
		if (!it->ready)
			b->rc = scan_judge_object(j, &it->object, &b->err);
		it->n = out->n - before;
		b->judged = i + 1;
	}
	for (uint32_t i = 0; i < out->n; i++)
		g_ptr_array_add(b->found, out->v[i]);
	out->n = 0; /* they are the batch's now, in this collection's memory */
}

static void *work(void *arg)
{
	struct worker *w = arg;
	struct scan_jobs *jobs = w->jobs;
	pthread_mutex_lock(&jobs->lock);
	for (;;) {
		while (!jobs->todo && !jobs->stop)
			pthread_cond_wait(&jobs->work, &jobs->lock);
		if (jobs->stop)
			break;
		struct batch *b = jobs->todo;
		jobs->todo = b->next;
		pthread_mutex_unlock(&jobs->lock);
		judge_batch(&w->judge, b);
		pthread_mutex_lock(&jobs->lock);
		b->done = true;
		pthread_cond_signal(&jobs->done);
	}
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

/* False: no thread could be started. */
static bool start(struct scan_jobs *jobs)
{
	if (jobs->n_started)
		return true;
	for (uint32_t i = 0; i < jobs->n_workers; i++) {
		struct worker *w = &jobs->workers[jobs->n_started];
		w->jobs = jobs;
		sw_findings_init(&w->out, jobs->x->out->arena.budget);
		w->out.keep_passes = jobs->x->out->keep_passes;
		scan_judge_init(&w->judge, jobs->x->s, &w->out);
		if (sw_thread_new(&w->thread, work, w)) {
			scan_judge_release(&w->judge);
			sw_findings_release(&w->out);
			break;
		}
		jobs->n_started++;
	}
	return jobs->n_started;
}

/* ---- taking ---- */

static void take_batch(struct scan_jobs *jobs, struct batch *b)
{
	struct scan *x = jobs->x;
	struct sw_finding *const *found = (struct sw_finding *const *)b->found->pdata;
	for (uint32_t i = 0; !jobs->rc && i < b->judged; i++) {
		struct item *it = &b->items[i];
		jobs->rc = it->ready ? scan_take(x, &it->ready, 1, SW_FOLD_NONE, &jobs->err)
				     : scan_take(x, found, it->n, it->object.fold, &jobs->err);
		found += it->n;
	}
	if (!jobs->rc && b->rc) {
		jobs->err = b->err;
		jobs->rc = b->rc;
	}
	batch_free(jobs, b);
}

static int result(const struct scan_jobs *jobs, struct sw_error *err)
{
	if (jobs->rc && err)
		*err = jobs->err;
	return jobs->rc;
}

/* Takes the batches that are done, in order, until no more than `most` are left. */
static void take(struct scan_jobs *jobs, uint32_t most)
{
	pthread_mutex_lock(&jobs->lock);
	while (jobs->first && !jobs->rc) {
		struct batch *b = jobs->first;
		if (!b->done && jobs->n_given <= most)
			break;
		while (!b->done)
			pthread_cond_wait(&jobs->done, &jobs->lock);
		jobs->first = b->next;
		if (!b->next)
			jobs->last = NULL;
		jobs->n_given--;
		pthread_mutex_unlock(&jobs->lock);
		take_batch(jobs, b);
		pthread_mutex_lock(&jobs->lock);
	}
	pthread_mutex_unlock(&jobs->lock);
}

/* Without threads: findings leave the collection and come back to the place that they belong to. */
static void judge_here(struct scan_jobs *jobs, struct batch *b)
{
	struct scan *x = jobs->x;
	struct sw_findings *out = x->out;
	for (uint32_t i = 0; !jobs->rc && i < b->n; i++) {
		struct item *it = &b->items[i];
		uint32_t before = out->n;
		if (it->ready) {
			jobs->rc = scan_take(x, &it->ready, 1, SW_FOLD_NONE, &jobs->err);
			continue;
		}
		jobs->rc = scan_judge_object(&x->judge, &it->object, &jobs->err);
		g_ptr_array_set_size(b->found, 0);
		for (uint32_t k = before; k < out->n; k++)
			g_ptr_array_add(b->found, out->v[k]);
		out->n = before;
		struct sw_finding *const *found = (struct sw_finding *const *)b->found->pdata;
		int rc = scan_take(x, found, b->found->len, it->object.fold, jobs->rc ? NULL : &jobs->err);
		jobs->rc = jobs->rc ? jobs->rc : rc;
	}
	batch_free(jobs, b);
}

/* The batch that was filled is given to the threads; the thread waits where they have enough. */
static void give(struct scan_jobs *jobs)
{
	struct batch *b = jobs->filling;
	jobs->filling = batch_new();
	if (jobs->rc || !start(jobs)) {
		judge_here(jobs, b);
		return;
	}
	pthread_mutex_lock(&jobs->lock);
	*(jobs->last ? &jobs->last->next : &jobs->first) = b;
	jobs->last = b;
	if (!jobs->todo)
		jobs->todo = b;
	jobs->n_given++;
	pthread_cond_signal(&jobs->work);
	pthread_mutex_unlock(&jobs->lock);
	take(jobs, 2 * jobs->n_started);
}

static struct item *add_item(struct scan_jobs *jobs)
{
	struct batch *b = jobs->filling;
	if (b->n == b->cap) {
		b->cap = b->cap ? 2 * b->cap : BATCH_OBJECTS + 8;
		b->items = g_renew(struct item, b->items, b->cap);
	}
	struct item *it = &b->items[b->n++];
	*it = (struct item){0};
	return it;
}

static int give_full(struct scan_jobs *jobs, struct sw_error *err)
{
	const struct batch *b = jobs->filling;
	if (b->n >= BATCH_OBJECTS || b->bytes >= BATCH_BYTES || b->files->len >= BATCH_FILES)
		give(jobs);
	return result(jobs, err);
}

int scan_jobs_object(struct scan_jobs *jobs, const struct scan_object *o, struct sw_error *err)
{
	add_item(jobs)->object = *o;
	jobs->filling->bytes += o->where.span.end - o->where.span.start;
	jobs->in_document++;
	jobs->in_file++;
	jobs->source = o->where.source;
	return give_full(jobs, err);
}

int scan_jobs_finding(struct scan_jobs *jobs, struct sw_error *err)
{
	struct sw_findings *out = jobs->x->out;
	add_item(jobs)->ready = out->v[--out->n];
	return give_full(jobs, err);
}

void scan_jobs_document_end(struct scan_jobs *jobs, struct sw_arena *values)
{
	if (!jobs->in_document)
		return;
	size_t budget = values->budget;
	jobs->in_document = 0;
	g_array_append_val(jobs->filling->arenas, *values);
	if (jobs->spare->len) {
		*values = g_array_index(jobs->spare, struct sw_arena, jobs->spare->len - 1);
		g_array_set_size(jobs->spare, jobs->spare->len - 1);
	} else {
		sw_arena_init(values, budget);
	}
}

bool scan_jobs_file_end(struct scan_jobs *jobs, struct sw_input_file *file)
{
	if (!jobs->in_file)
		return false;
	jobs->in_file = 0;
	g_ptr_array_add(jobs->filling->files, file);
	return true;
}

/* The first object of the file that is being read, in a batch that was not taken. */
static bool first_of(const struct batch *b, const struct sw_source *source, size_t *ret)
{
	for (uint32_t i = 0; i < b->n; i++)
		if (!b->items[i].ready && b->items[i].object.where.source == source) {
			*ret = b->items[i].object.where.span.start;
			return true;
		}
	return false;
}

size_t scan_jobs_needed_from(const struct scan_jobs *jobs)
{
	size_t at;
	/* Only this thread changes the list; the others read it. */
	for (const struct batch *b = jobs->in_file ? jobs->first : NULL; b; b = b->next)
		if (first_of(b, jobs->source, &at))
			return at;
	return jobs->in_file && first_of(jobs->filling, jobs->source, &at) ? at : SIZE_MAX;
}

int scan_jobs_finish(struct scan_jobs *jobs, struct sw_error *err)
{
	if (jobs->n_started) {
		give(jobs);
		take(jobs, 0);
	} else {
		judge_here(jobs, jobs->filling);
		jobs->filling = batch_new();
	}
	return result(jobs, err);
}

/* ---- life ---- */

struct scan_jobs *scan_jobs_new(struct scan *x, uint32_t threads)
{
	struct scan_jobs *jobs = g_new0(struct scan_jobs, 1);
	jobs->x = x;
	jobs->n_workers = threads;
	jobs->workers = g_new0(struct worker, threads);
	jobs->filling = batch_new();
	jobs->spare = g_array_new(FALSE, FALSE, sizeof(struct sw_arena));
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->work, NULL);
	pthread_cond_init(&jobs->done, NULL);
	return jobs;
}

void scan_jobs_free(struct scan_jobs *jobs)
{
	if (!jobs)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->stop = true;
	pthread_cond_broadcast(&jobs->work);
	pthread_mutex_unlock(&jobs->lock);
	for (uint32_t i = 0; i < jobs->n_started; i++) {
		struct worker *w = &jobs->workers[i];
		pthread_join(w->thread, NULL);
		scan_judge_release(&w->judge);
		sw_findings_adopt(jobs->x->out, &w->out);
	}
	for (struct batch *b = jobs->first, *next; b; b = next) {
		next = b->next;
		batch_free(jobs, b);
	}
	batch_free(jobs, jobs->filling);
	for (uint32_t i = 0; i < jobs->spare->len; i++)
		sw_arena_release(&g_array_index(jobs->spare, struct sw_arena, i));
	g_array_free(jobs->spare, TRUE);
	pthread_cond_destroy(&jobs->done);
	pthread_cond_destroy(&jobs->work);
	pthread_mutex_destroy(&jobs->lock);
	g_free(jobs->workers);
	g_free(jobs);
}
