/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * shepsim: the gateway in a box, for tests and for integrators who have no gateway yet.
 *
 * Two kinds of processes that meet in the spool only: the listener with a child a connection, and
 * pushers for each participant that messages are brought to. What goes out is written, signed and
 * read back by the rooms that the daemon uses.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <signal.h>

#include "codec/codec.h"
#include "run/wsdl.h"
#include "sig/sig.h"
#include "sim/registry.h"
#include "sim/script.h"
#include "sim/spool.h"

/* As they stand on the command line; NULL = not given. */
struct sim_options {
	const char *listen, *spool, *script, *registry, *persons, *data_dir, *ready;
	const char *trust, *partners;
	const char *cert, *key, *password_file;
	const char *foreign_cert, *foreign_key;
	const char *pushers, *retry, *attempts;
	bool issuer_serial, sign_data;
};

/* What is made before the fork and only read afterwards. */
struct sim {
	struct sim_options options;
	struct arena *arena;
	struct pki *pki;			 /* NULL = signatures are not judged */
	struct pki_identity *identity, *foreign; /* NULL = unsigned */
	enum sig_keyinfo keyinfo;
	struct sim_registry *registry;
	struct sim_script *script;
	struct sim_spool *spool;
	struct sim_register *persons;
	struct run_wsdl *wsdl;
	unsigned long pushers, retry_ms, attempts;
};

extern volatile sig_atomic_t sim_stop;

/* One message that came. */
struct sim_call {
	struct sim *sim;
	struct codec *codec;
	struct arena *arena;
	struct octets body;
	enum msg_channel channel;
	struct instant now;

	struct dom *doc;
	struct env env;
	struct octets digested; /* the Body: what was signed, or as it stands */
	bool verified;
	enum msg_operation operation;
	struct msg_async async; /* with MSG_SYNC only async.message is filled */
	unsigned deviations;
	struct sim_deed deed;
};

/* --- message.c: envelopes ------------------------------------------------------- */

/* Octets of an envelope to its Body, by the rooms' checks; its signature is judged where there is
 * trust. */
int sim_open(struct sim_call *, struct err *) MUSTCHECK;
void sim_close(struct sim_call *);

/* Around an operation element: signed, or what the deed makes of it. */
int sim_seal(const struct sim *, struct octets operation, const struct sim_deed *, struct arena *,
    struct octets *out, struct err *) MUSTCHECK;

/* A fault of the contract for that operation; code NULL = the row's. */
int sim_write_fault(const struct sim_call *, const struct err *, const char *code,
    struct octets *operation, struct err *) MUSTCHECK;

/* An element that dom_write() wrote, in two: its content and its attributes as written. Both point
 * into the arena. */
int sim_split_element(
    struct octets element, struct arena *, struct msg_content *out, struct err *) MUSTCHECK;

/* "{UUID}", and a UUID without braces. NULL when there is no memory or randomness. */
const char *sim_guid(struct arena *);
const char *sim_uuid(struct arena *);

/* --- sync.c, async.c: what the operations do ------------------------------------- */

/* The operation element of the answer. */
int sim_sync(struct sim_call *, struct octets *operation, struct err *) MUSTCHECK;
int sim_async(struct sim_call *, struct octets *operation, struct err *) MUSTCHECK;

/* May this sender come, with this secret? ERR_ROUTE_ACCESS. */
int sim_admit(const struct sim_call *, const struct msg_sender *, struct err *) MUSTCHECK;

/* --- register.c: GBD FL and ENIS, played ------------------------------------------ */

struct sim_register;
int sim_register_load(const char *file, struct sim_register **out, struct err *) MUSTCHECK;
void sim_register_free(struct sim_register *); /* takes NULL */

/* Is the service one of those played? */
bool sim_register_plays(const char *service);

/* The answer's data to a request's; data is the element. ERR_PAYLOAD_FORMAT. */
int sim_register_answer(const struct sim_call *, const struct dom_node *data,
    struct msg_content *out, struct err *) MUSTCHECK;

/* --- queue.c: what is to be brought to participants ---------------------------------- */

/* An item of the queue of a participant; kind "message" or "status". */
int sim_queue_put(struct sim *, const char *participant, const char *chain, const char *kind,
    const char *record, struct err *) MUSTCHECK;

/* A message has come into that state: kept, and told to its sender where he is brought messages. */
struct sim_change {
	const char *message;
	enum msg_state state;
	const char *code, *text;
};
int sim_change_state(
    struct sim *, const struct sim_change *, struct arena *, struct err *) MUSTCHECK;

/* --- push.c, listen.c: the processes ------------------------------------------------ */

/* Brings what is in a participant's queue, chains of one share only, until sim_stop. */
void sim_push(struct sim *, const struct sim_participant *, unsigned long share);

/* Opens the listening socket at ADDRESS:PORT; *port is the one in use. */
int sim_listen(const char *address, int *fd, unsigned *port, struct err *) MUSTCHECK;
/* Serves it, a child a connection, until sim_stop. */
void sim_serve(struct sim *, int fd);

/* --- answer.c: one request --------------------------------------------------------- */

struct sim_reply {
	int status;
	const char *content_type;
	struct octets body;
	struct sim_deed deed; /* what becomes of it on its way */
};
void sim_answer(
    struct sim *, struct codec *, const struct door_request *, struct arena *, struct sim_reply *);

#endif
