/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What workers want to know of certificates, carried to the OCSP responders of the configuration.
 *
 * A part of the courier. Workers post what they want into the status book, in good time before an
 * answer is over, too; here one question at a time goes to each responder, and what comes back is
 * judged before the book gets it. Good answers are kept on disk for the next start.
 */
#ifndef RUN_QUESTIONS_H
#define RUN_QUESTIONS_H

#include "fetch/fetch.h"
#include "pki/ocsp.h"
#include "run/parcel.h"
#include "run/run.h"

struct run_questions;

/* book and fetch are borrowed. Reads back the answers of an earlier run that are still good.
 * ERR_CONFIG, ERR_NOMEM. */
int run_questions_open(const struct run_house *, struct pki_book *, struct fetch *,
    struct run_questions **out, struct err *) MUSTCHECK;
void run_questions_close(struct run_questions *); /* takes NULL */

/* Takes what is wanted, as much as there is room for, and asks what may be asked now. */
void run_questions_look(struct run_questions *, struct instant at);

/* Does any authority of the configuration name a responder? */
bool run_questions_any(const struct conf *);

#endif
