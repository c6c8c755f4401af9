/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What remains of a request: its journal row and its log line (design.md 5 and 8).
 *
 * Refusals are evidence, too. Their octets are kept up to 64 KiB, the digest always; above a rate
 * per peer they are counted, one row a minute; without a database the log line is all.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "log/log.h"
#include "pki/ocsp.h"
#include "run/call.h"
#include "run/signers.h"
#include "run/tally.h"

#define REFUSED_OCTETS ((size_t)64 * 1024)
#define ROW_TIME ((int64_t)1000000000) /* ns; less than the grace after a deadline (life.h) */
#define MONTHS_EVERY 86400	       /* s */
#define MONTHS_RETRY 3600

/* Names of the deviations, for the journal: "data-qualified,out-of-order". */
static const char *
deviation_names(unsigned deviations, struct arena *arena)
{
	const char *all = "";

	for (unsigned bit = 1; bit != 0 && bit <= deviations; bit <<= 1) {
		if ((deviations & bit) == 0)
			continue;
		all = arena_printf(
		    arena, "%s%s%s", all, *all == '\0' ? "" : ",", codec_deviation_name(bit));
		if (all == NULL)
			return "";
	}
	return all;
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* a, then b behind "; " where there is one. */
static const char *
with(const char *a, const char *b, struct arena *arena)
{
	const char *text =
	    arena_printf(arena, "%s%s%s", a, *a == '\0' || *b == '\0' ? "" : "; ", b);

	return text == NULL ? a : text;
}

/* "ocsp 2026-06-02T12:00:00Z 0123..." and the like, see schemas/sql/004_standing.sql. */
static const char *
standing_text(const struct pki_standing *s, struct arena *a)
{
	static const char digits[] = "0123456789abcdef";
	char when[CLOCK_TEXT], hex[2 * sizeof(s->digest) + 1] = "";

	for (size_t i = 0; i < sizeof(s->digest); i++) {
		hex[2 * i] = digits[s->digest[i] >> 4];
		hex[2 * i + 1] = digits[s->digest[i] & 15];
	}
	clock_write_utc(s->this_update, when);
	switch (s->source) {
	case PKI_NOT_ASKED:
		return "off";
	case PKI_NO_SOURCE:
		return "unknown";
	case PKI_BY_CRL:
		return or_empty(arena_printf(
		    a, "crl %s %s %s", s->number[0] != '\0' ? s->number : "-", when, hex));
	case PKI_BY_OCSP:
		return or_empty(arena_printf(a, "ocsp %s %s", when, hex));
	}
	return "";
}

static int
keep_answer(struct call *c, const struct sig_part *part, struct err *e)
{
	const struct pki_standing *s = &part->signer.standing;
	struct octets answer;

	if (part->verdict != SIG_VERIFIED ||
	    !pki_ocsp_evidence(c->desk->house->pki, s, c->arena, &answer))
		return 0;
	return db_keep_evidence(c->desk->db, s->digest, "ocsp", answer, c->received, e);
}

int
run_evidence_keep(struct call *c, struct err *e)
{
	if (keep_answer(c, &c->part, e) != 0)
		return -1;
	for (size_t i = 0; i < c->payload.signer_count; i++)
		if (keep_answer(c, &c->payload.signers[i], e) != 0)
			return -1;
	return 0;
}

/* Of all who signed the payload and hold, from the first to the last. */
static const char *
standings(const struct call *c)
{
	const char *all = "";

	for (size_t i = c->payload.signer_count; i-- > 0;)
		if (c->payload.signers[i].verdict == SIG_VERIFIED)
			all = with(all,
			    standing_text(&c->payload.signers[i].signer.standing, c->arena),
			    c->arena);
	return all;
}

static void
put_signers(const struct call *c, struct db_journal_row *row)
{
	if (c->part.verdict == SIG_VERIFIED)
		row->signer_standing = standing_text(&c->part.signer.standing, c->arena);
	row->business_standing = standings(c);
	const struct pki_signer *t = &c->part.signer, *b = &c->payload.part.signer;

	row->signer_iin = t->iin;
	row->signer_bin = t->bin;
	row->signer_serial = t->serial;
	row->signer_fingerprint = t->fingerprint;
	row->business_iin = b->iin;
	row->business_bin = b->bin;
	row->business_serial = b->serial;
	row->business_fingerprint = b->fingerprint;
}

/* "R-50: the signature does not cover the Body"; of a refusal by a rule of the service the rule
 * alone. */
static const char *
reason(const struct call *c, enum err_code code)
{
	const char *detail = c->err.detail, *text = err_row(code)->rule;

	if (c->err.code == ERR_OK)
		return text;
	text = arena_printf(c->arena, "%s: %s", err_rule_of(&c->err), detail);
	return text == NULL ? detail : text;
}

/* The same and who signed, where several did: for the journal, no log names a citizen. */
static const char *
reason_and_signers(const struct call *c, enum err_code code)
{
	const char *text = reason(c, code);

	if (c->err.code != ERR_OK || c->payload.signer_count < 2)
		return text;
	return with(text, run_signers_text(c->payload.signers, c->payload.signer_count, c->arena),
	    c->arena);
}

void
run_evidence_row(const struct call *c, const char *verdict, struct db_journal_row *row)
{
	bool refused = c->err.code != ERR_OK;
	enum err_code code = refused ? c->err.code : c->answer.code;
	struct octets body = c->http->body;

	*row = (struct db_journal_row){
	    .received_at = c->received,
	    .finished_at = c->desk->now(),
	    .transaction_id = c->transaction,
	    .peer = c->http->peer,
	    .endpoint = c->http->path,
	    .operation = or_empty(c->request.operation),
	    .service_id = or_empty(c->request.service_id),
	    .sender_id = or_empty(c->request.sender.sender_id),
	    .message_id = or_empty(c->request.message_id),
	    .correlation_id = or_empty(c->request.correlation_id),
	    .verdict = verdict,
	    .code = err_row(code)->name,
	    .wire = refused ? err_wire(&c->err) : err_row(code)->wire,
	    .detail = reason_and_signers(c, code),
	    .deviations = deviation_names(c->deviations, c->arena),
	    .received = {body.data,
		refused && body.len > REFUSED_OCTETS ? REFUSED_OCTETS : body.len},
	    .received_octets = body.len,
	    .sent = c->reply,
	    .count = 1,
	};
	memcpy(row->received_sha256, c->received_sha256, sizeof(row->received_sha256));
	put_signers(c, row);
}

/* The address without its port. */
static void
peer_address(const char *peer, char out[64])
{
	const char *colon = strrchr(peer, ':');

	snprintf(
	    out, 64, "%.*s", (int)(colon == NULL ? strlen(peer) : (size_t)(colon - peer)), peer);
}

/* One row for so many refusals of a minute that is over. */
static void
write_counted(struct run_desk *d, const char *peer, unsigned count)
{
	struct err e = {0};
	char uuid[37];
	const struct db_journal_row row = {
	    .received_at = d->now(),
	    .finished_at = d->now(),
	    .transaction_id = uuid,
	    .peer = peer,
	    .endpoint = "",
	    .operation = "",
	    .service_id = "",
	    .sender_id = "",
	    .message_id = "",
	    .correlation_id = "",
	    .signer_iin = "",
	    .signer_bin = "",
	    .signer_serial = "",
	    .signer_fingerprint = "",
	    .business_iin = "",
	    .business_bin = "",
	    .business_serial = "",
	    .business_fingerprint = "",
	    .verdict = "refused",
	    .code = "COUNTED",
	    .wire = "",
	    .detail = "refusals above the rate, counted only",
	    .deviations = "",
	    .count = count,
	};
	char text[16];

	snprintf(text, sizeof(text), "%u", count);
	if (run_desk_uuid(d, uuid, &e) != 0 || db_journal(d->db, &row, &e) != 0)
		log_line(LOG_WARNING, d->now(), "journal-lost", "peer", peer, "count", text,
		    "detail", e.detail, NULL);
}

/* A refusal may come when its request's time is over, and the last request's time is none of its
 * business: the row gets its own. */
static void
give_time(const struct call *c)
{
	int64_t least = run_monotonic() + ROW_TIME;

	db_set_deadline(c->desk->db, c->http->deadline > least ? c->http->deadline : least);
}

static void
write_counts(struct run_desk *d, bool all)
{
	const char *peer;
	unsigned count;

	while (run_tally_take(d->tally, d->now().seconds, all, &peer, &count))
		write_counted(d, peer, count);
}

void
run_evidence_flush(struct run_desk *d)
{
	db_set_deadline(d->db, run_monotonic() + ROW_TIME);
	write_counts(d, true);
}

void
run_evidence_due(struct call *c)
{
	give_time(c);
	write_counts(c->desk, false);
}

/* Looked after once a day: three months ahead there is time for many failures. */
void
run_evidence_months(struct run_desk *d, struct instant now)
{
	struct err e = {0};

	if (now.seconds < d->months_at)
		return;
	d->months_at = now.seconds + MONTHS_EVERY;
	if (db_keep_months(d->db, now, &e) != 0) {
		d->months_at = now.seconds + MONTHS_RETRY;
		log_line(LOG_WARNING, now, "months-not-kept", "code", err_row(e.code)->name,
		    "detail", e.detail, NULL);
	}
}

void
run_evidence_refusal(struct call *c)
{
	struct run_desk *d = c->desk;
	struct db_journal_row row;
	struct err e = {0};
	char address[64];

	/* A database that is down for the request is not tried again for its row. */
	if (c->err.code == ERR_DB_UNAVAILABLE)
		return;
	give_time(c);
	peer_address(c->http->peer, address);
	if (!run_tally_add(d->tally, address, c->received.seconds))
		return;
	run_evidence_row(c, "refused", &row);
	if (db_journal(d->db, &row, &e) != 0)
		log_line(LOG_WARNING, d->now(), "journal-lost", "txn", c->transaction, "detail",
		    e.detail, NULL);
}

void
run_refused(struct run_desk *d, const char *peer, const char *method, const char *path,
    const struct err *why)
{
	struct arena *arena = arena_new();
	struct door_request http = {.method = method, .path = path, .peer = peer};
	struct call c = {.desk = d,
	    .http = &http,
	    .arena = arena,
	    .err = *why,
	    .received = d->now(),
	    .started = run_monotonic()};
	struct err e = {0};

	run_evidence_due(&c);
	run_sha256(http.body, c.received_sha256);
	/* evidence begins with parsed HTTP (design.md 8): noise on a port is a line in the log */
	if (arena != NULL && method[0] != '\0' && run_desk_uuid(d, c.transaction, &e) == 0)
		run_evidence_refusal(&c);
	run_evidence_log(&c, "refused", err_row(why->code)->http);
	arena_free(arena);
}

void
run_evidence_log(const struct call *c, const char *verdict, int status)
{
	enum err_code code = c->err.code != ERR_OK ? c->err.code : c->answer.code;
	int64_t us = (run_monotonic() - c->started + 500) / 1000;
	char in[24], out[24], http[16], ms[24], iin[13];

	snprintf(in, sizeof(in), "%zu", c->http->body.len);
	snprintf(out, sizeof(out), "%zu", c->reply.len);
	snprintf(http, sizeof(http), "%d", status);
	snprintf(ms, sizeof(ms), "%d.%03d", (int)(us / 1000), (int)(us % 1000));
#define FIELDS                                                                                     \
	"request", "txn", c->transaction, "peer", c->http->peer, "path", c->http->path, "service", \
	    c->request.service_id, "sender", c->request.sender.sender_id, "message",               \
	    c->request.message_id, "signer", c->part.signer.serial, "citizen",                     \
	    log_iin(c->payload.part.signer.iin, iin), "verdict", verdict, "code",                  \
	    err_row(code)->name, "http", http, "in", in, "out", out, "ms", ms, "deviations",       \
	    c->deviations == 0 ? NULL : deviation_names(c->deviations, c->arena), "detail",        \
	    code == ERR_OK ? NULL : reason(c, code), NULL
	if (c->err.code != ERR_OK && err_row(code)->class == ERR_CLASS_PEER)
		log_peer(c->received, FIELDS);
	else
		log_line(log_level_of(&c->err), c->received, FIELDS);
#undef FIELDS
}
