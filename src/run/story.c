/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Tells a story line by line: what happened, entry by entry of the journal, then how the messages
 * stand. See story.h.
 */
#include "config.h"

#include <string.h>

#include "run/story.h"

enum word {
#define WORD(name, en, ru, kk) WORD_##name,
#include "run/story.def"
	WORDS
};

static const char *const words[WORDS][3] = {
#define WORD(name, en, ru, kk) [WORD_##name] = {en, ru, kk},
#include "run/story.def"
};

static const char *const checks[CHECKS][3] = {
#define CHECK(name, en, ru, kk) [CHECK_##name] = {en, ru, kk},
#include "run/story.def"
};

static const struct {
	const char *name, *text[3];
} verdicts[] = {
#define VERDICT(name, en, ru, kk) {#name, {en, ru, kk}},
#include "run/story.def"
};

static const char *const states[DB_STATES][3] = {
#define STATE(name, en, ru, kk) [DB_##name] = {en, ru, kk},
#include "run/story.def"
};

static const char *
word(const struct run_telling *t, enum word w)
{
	return words[w][t->language];
}

static const char *
verdict_text(const struct run_telling *t, const char *name)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strcmp(verdicts[i].name, name) == 0)
			return verdicts[i].text[t->language];
	return name;
}

/* A peer's text can neither end a line nor move the cursor. */
static void
put_text(const struct run_telling *t, const char *text)
{
	const char *p = run_mask(text, t->arena);

	for (size_t left = strlen(p), n; left > 0; p += n, left -= n)
		n = run_put_character(p, left, t->to);
}

/* "  label: value"; nothing where there is no value. */
static void
put(const struct run_telling *t, const char *label, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	fprintf(t->to, "  %s: ", label);
	put_text(t, value);
	fputc('\n', t->to);
}

static void
put_word(const struct run_telling *t, enum word label, const char *value)
{
	put(t, word(t, label), value);
}

static void
put_number(const struct run_telling *t, enum word label, long long n)
{
	fprintf(t->to, "  %s: %lld\n", word(t, label), n);
}

static void
put_time(const struct run_telling *t, enum word label, struct instant at)
{
	char text[CLOCK_TEXT];

	put_word(t, label, clock_write(at, text));
}

/* --- what is known of certificates -------------------------------------------------------------
 */

/* "crl NUMBER TIME SHA256", "ocsp TIME SHA256", "unknown", "off" (004_standing.sql), for people. */
static const char *
standing_text(const struct run_telling *t, const char *standing)
{
	char number[64] = "", when[CLOCK_TEXT] = "", local[CLOCK_TEXT];
	bool crl = sscanf(standing, "crl %63s %39s", number, when) == 2;
	struct instant at;
	const char *text;

	if (!crl && sscanf(standing, "ocsp %39s", when) != 1)
		return strcmp(standing, "unknown") == 0 ? word(t, WORD_UNKNOWN)
		       : strcmp(standing, "off") == 0	? word(t, WORD_OFF)
							: standing;
	text = arena_printf(t->arena, "%s%s%s, %s", word(t, crl ? WORD_BY_CRL : WORD_BY_OCSP),
	    crl ? " № " : "", number, clock_read(when, &at) ? clock_write(at, local) : when);
	return text == NULL ? "" : text;
}

/* "IIN 0001******19, BIN 000140000012, certificate No. 1a2b". */
static const char *
signer_text(const struct run_telling *t, const char *iin, const char *bin, const char *serial)
{
	const char *text = arena_printf(t->arena, "%s%s%s%s%s%s%s%s%s%s%s",
	    iin[0] != '\0' ? word(t, WORD_IIN) : "", iin[0] != '\0' ? " " : "", iin,
	    iin[0] != '\0' && bin[0] != '\0' ? ", " : "", bin[0] != '\0' ? word(t, WORD_BIN) : "",
	    bin[0] != '\0' ? " " : "", bin,
	    (iin[0] != '\0' || bin[0] != '\0') && serial[0] != '\0' ? ", " : "",
	    serial[0] != '\0' ? word(t, WORD_CERTIFICATE) : "", serial[0] != '\0' ? " " : "",
	    serial);

	return text == NULL ? "" : text;
}

/* --- checks ------------------------------------------------------------------------------------
 */

static enum word
word_of(enum run_passed passed)
{
	switch (passed) {
	case CHECK_PASSED:
		return WORD_YES;
	case CHECK_FAILED:
		return WORD_NO;
	case CHECK_NOT_NEEDED:
		return WORD_NOT_NEEDED;
	case CHECK_OPEN:
		break;
	}
	return WORD_OPEN;
}

/* What there is to say of a check besides its outcome. */
static const char *
check_detail(const struct run_telling *t, const struct db_journal_row *row, enum run_check check)
{
	switch (check) {
	case CHECK_ALGORITHM:
		return row->received.len == row->received_octets
			   ? run_algorithm_of(row->received, t->arena)
			   : "";
	case CHECK_CHAIN:
		return signer_text(t, row->signer_iin, row->signer_bin, row->signer_serial);
	case CHECK_REVOCATION:
		return standing_text(t, row->signer_standing);
	case CHECK_BUSINESS:
		return signer_text(t, row->business_iin, row->business_bin, row->business_serial);
	default:
		return "";
	}
}

static void
put_check(const struct run_telling *t, const struct db_journal_row *row, enum run_check check,
    enum run_passed passed)
{
	const char *detail = check_detail(t, row, check);

	fprintf(t->to, "    %s: %s%s", checks[check][t->language], word(t, word_of(passed)),
	    detail[0] != '\0' ? "; " : "");
	put_text(t, detail);
	if (check == CHECK_BUSINESS && row->business_standing[0] != '\0') {
		fputs("; ", t->to);
		put_text(t, standing_text(t, row->business_standing));
	}
	fputc('\n', t->to);
}

static void
put_checks(const struct run_telling *t, const struct db_journal_row *row)
{
	enum run_passed passed[CHECKS];

	run_checks(row, passed);
	fprintf(t->to, "  %s:\n", word(t, WORD_CHECKS));
	for (int c = CHECK_NONE + 1; c < CHECKS; c++)
		put_check(t, row, (enum run_check)c, passed[c]);
}

/* --- what it came to ---------------------------------------------------------------------------
 */

static void
put_cause(const struct run_telling *t, enum err_code code)
{
	put_word(t, WORD_CAUSE, run_cause(code, t->language, NULL));
}

/* "R-50: the signature ..." names the rule that was broken; otherwise it is the table's. */
static void
put_reason(const struct run_telling *t, const char *detail, enum err_code code)
{
	const char *rule = err_row(code)->rule, *colon = strstr(detail, ": ");
	bool named =
	    colon != NULL && (strncmp(detail, "R-", 2) == 0 || strncmp(detail, "HQ-", 3) == 0 ||
				 strncmp(detail, rule, (size_t)(colon - detail)) == 0);

	if (named) {
		rule = arena_printf(t->arena, "%.*s", (int)(colon - detail), detail);
		detail = colon + 2;
	}
	put_word(t, WORD_RULE, rule);
	if (named || (rule != NULL && strcmp(detail, rule) != 0))
		put_word(t, WORD_REASON, detail);
}

static void
put_outcome(const struct run_telling *t, const struct db_journal_row *row, enum word label)
{
	enum err_code code = run_code_named(row->code);

	if (code == ERR_OK) {
		put_word(t, WORD_REASON, row->detail);
		return;
	}
	put_word(t, label,
	    arena_printf(t->arena, "%s%s%s: %s", row->code, row->wire[0] != '\0' ? " / " : "",
		row->wire, err_row(code)->text[t->language]));
	put_reason(t, row->detail, code);
	put_cause(t, code);
}

static void
put_octets(const struct run_telling *t, enum word label, struct octets o)
{
	if (t->payload && o.len > 0)
		fprintf(t->to, "  %s:\n%s\n", word(t, label), run_show_octets(o, t->arena));
}

/* --- entries of the journal --------------------------------------------------------------------
 */

static bool
was_received(const struct db_journal_row *row)
{
	static const char *const verdicts_of_receipt[] = {
	    "accepted", "refused", "repeated", "pulled", "notified"};

	for (size_t i = 0; i < sizeof(verdicts_of_receipt) / sizeof(verdicts_of_receipt[0]); i++)
		if (strcmp(row->verdict, verdicts_of_receipt[i]) == 0)
			return true;
	return false;
}

static const char *
headline(const struct run_telling *t, const struct db_journal_row *row)
{
	if (strcmp(row->code, "COUNTED") == 0)
		return word(t, WORD_COUNTED);
	if (strcmp(row->verdict, "accepted") == 0 && strcmp(row->endpoint, "/async-client") == 0)
		return verdict_text(t, "acknowledged");
	return verdict_text(t, row->verdict);
}

static const char *
channel_of(const struct run_telling *t, const struct db_journal_row *row)
{
	if (strcmp(row->verdict, "pulled") == 0)
		return word(t, WORD_PULLED);
	if (strcmp(row->endpoint, "/sync") == 0)
		return word(t, WORD_SYNC);
	return strcmp(row->endpoint, "/async-client") == 0 ? word(t, WORD_ASYNC) : "";
}

static void
put_names(const struct run_telling *t, const struct db_journal_row *row)
{
	put_word(t, WORD_OPERATION, row->operation);
	put_word(t, WORD_SERVICE, row->service_id);
	put(t, "messageId", row->message_id);
	/* of the gateway's report it is the message that it speaks of */
	if (strcmp(row->operation, "changeMassageStatusNotification") == 0)
		put_word(t, WORD_ABOUT, row->correlation_id);
	else
		put(t, "correlationId", row->correlation_id);
	put_word(t, WORD_TRANSACTION, row->transaction_id);
}

static void
put_act(const struct run_telling *t, const struct db_journal_row *row)
{
	put_word(t, WORD_WHO, row->peer);
	put_word(t, WORD_ACT, row->operation);
	put_word(t, WORD_REASON, row->detail);
	put(t, "messageId", row->message_id);
	put_word(t, WORD_TRANSACTION, row->transaction_id);
}

static void
put_receipt(const struct run_telling *t, const struct db_journal_row *row)
{
	put_word(t, WORD_FROM, row->sender_id);
	put_word(t, WORD_ADDRESS, row->peer);
	put_word(t, WORD_CHANNEL, channel_of(t, row));
	put_names(t, row);
	if (row->received_octets > 0)
		put_number(t, WORD_SIZE, (long long)row->received_octets);
	if (row->count > 1)
		put_number(t, WORD_COUNT, row->count);
	put_word(t, WORD_LENIENT, row->deviations);
	if (strcmp(row->code, "COUNTED") != 0)
		put_checks(t, row);
	put_outcome(t, row, WORD_TEXT);
	put_time(t, WORD_ANSWERED, row->finished_at);
}

/* A run of a handler, an attempt to deliver. */
static void
put_deed(const struct run_telling *t, const struct db_journal_row *row)
{
	bool outgoing = strstr(row->endpoint, "://") != NULL;

	put_word(t, outgoing ? WORD_RECEIVER : WORD_FROM, outgoing ? row->peer : row->sender_id);
	put_word(t, WORD_ADDRESS, outgoing ? row->endpoint : "");
	put_names(t, row);
	put_word(t, WORD_SIGNED_BY,
	    signer_text(t, row->signer_iin, row->signer_bin, row->signer_serial));
	put_outcome(t, row, WORD_ERROR);
}

static void
tell_entry(const struct run_telling *t, const struct db_journal_row *row)
{
	char when[CLOCK_TEXT];

	fprintf(t->to, "\n%s  %s\n", clock_write(row->received_at, when), headline(t, row));
	if (strcmp(row->verdict, "operated") == 0)
		put_act(t, row);
	else if (was_received(row))
		put_receipt(t, row);
	else
		put_deed(t, row);
	put_octets(t, WORD_RECEIVED_OCTETS, row->received);
	put_octets(t, WORD_SENT_OCTETS, row->sent);
}

/* --- how it stands -----------------------------------------------------------------------------
 */

static void
put_state(const struct run_telling *t, enum db_state state)
{
	const char *name = db_state_name(state);

	put_word(
	    t, WORD_STATE_OF, arena_printf(t->arena, "%s, %s", name, states[state][t->language]));
}

/* What is said of the last failure begins with a row's name where it is of err.def. */
static void
put_last_error(const struct run_telling *t, const char *text)
{
	char name[64] = "";

	put_word(t, WORD_LAST_ERROR, text);
	if (strncmp(text, "deadline: ", strlen("deadline: ")) == 0)
		text += strlen("deadline: ");
	if (sscanf(text, "%63[A-Z0-9_]", name) == 1)
		put_cause(t, run_code_named(name));
}

static void
tell_inbox(const struct run_telling *t, const struct db_inbox_row *row)
{
	fprintf(t->to, "\n%s %lld\n", word(t, WORD_INBOX), (long long)row->id);
	put_state(t, row->state);
	put_time(t, WORD_CREATED, row->received_at);
	put_word(t, WORD_FROM, row->sender_id);
	put_word(t, WORD_SERVICE, row->service_id);
	put_word(t, WORD_TYPE, row->message_type);
	put(t, "messageId", row->message_id);
	put(t, "correlationId", row->correlation_id);
	put_number(t, WORD_ATTEMPTS, row->attempts);
	if (row->state == DB_WAITING)
		put_time(t, WORD_NEXT, row->next_at);
	put_last_error(t, row->last_error);
}

static void
tell_outbox(const struct run_telling *t, const struct db_outbox_row *row)
{
	fprintf(t->to, "\n%s %lld\n", word(t, WORD_OUTBOX), (long long)row->id);
	put_state(t, row->state);
	put_time(t, WORD_CREATED, row->created_at);
	put_word(t, WORD_RECEIVER, row->receiver);
	put_word(t, WORD_OPERATION, row->operation);
	put_word(t, WORD_SERVICE, row->service_id);
	put_word(t, WORD_TYPE, row->message_type);
	put(t, "messageId", row->message_id);
	put(t, "correlationId", row->correlation_id);
	put_word(t, WORD_GATEWAY_ID, row->gateway_message_id);
	put_word(t, WORD_ABOUT, row->about);
	if (row->inbox_id != 0)
		put_number(t, WORD_ANSWERS, row->inbox_id);
	put_number(t, WORD_ATTEMPTS, row->attempts);
	if (row->state == DB_WAITING) {
		put_time(t, WORD_NEXT, row->next_at);
		put_time(t, WORD_DEADLINE, row->deadline_at);
	}
	put_last_error(t, row->last_error);
}

void
run_story_tell(const struct run_telling *t)
{
	const struct db_story *s = t->story;

	fprintf(t->to, "%s: %zu; %s: %zu\n", word(t, WORD_JOURNAL), s->journal_count,
	    word(t, WORD_BOXES), s->inbox_count + s->outbox_count);
	for (size_t i = 0; i < s->journal_count; i++)
		tell_entry(t, &s->journal[i].row);
	for (size_t i = 0; i < s->inbox_count; i++)
		tell_inbox(t, &s->inbox[i]);
	for (size_t i = 0; i < s->outbox_count; i++)
		tell_outbox(t, &s->outbox[i]);
}
