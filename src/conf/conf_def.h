/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table of everything that may be set: a row a key, in the order of the man page.
 *
 * X(group, name, TYPE, field, default, range, help). Fields of the top level and of database,
 * trust, fetch, signing and limits are those of struct conf; of listen, authorities, senders,
 * services, receivers and profiles those of one element. Default NULL = must be set. Included more
 * than once, each time with another X: no guard.
 */
/* clang-format off */
X("", data_dir, PATH, conf, data_dir, PKGDATADIR, "", "folder that holds wsdl/ and schemas/")
X("", include_dir, PATH, conf, include_dir, "", "", "folder whose *.conf files are read after this one, in the order of their names")
X("", log_level, CHOICE, conf, log_level, "info", "error|warning|notice|info|debug", "least urgent lines that are written")
X("", public_url, STRING, conf, public_url, "", "", "address that the served WSDL names; empty = what the caller's Host header says")

X("listen", address, STRING, conf_listener, address, "127.0.0.1", "", "address to listen on")
X("listen", port, NUMBER, conf_listener, port, "8480", "0..65535", "port; 0 = any free one; with tls the default is 8443")
X("listen", tls, BOOL, conf_listener, tls, "false", "", "TLS 1.2 or newer")
X("listen", certificate, PATH, conf_listener, certificate, "", "", "certificate and its chain, PEM; needed with tls")
X("listen", key, PATH, conf_listener, key, "", "", "private key, PEM; needed with tls")
X("listen", client, CHOICE, conf_listener, client, "none", "none|optional|required", "whether clients have to show a certificate in TLS")
X("listen", client_ca, PATH, conf_listener, client_ca, "", "", "folder of the CAs that issue to clients; empty = what trust says")
X("listen", client_crl, PATH, conf_listener, client_crl, "", "", "folder of the CRLs of client_ca, one in force for each of its CAs; empty = not checked")

X("database", daemon, STRING, conf, database.daemon, NULL, "", "libpq connection of the daemon, whose role can only append to the journal")
X("database", migrate, STRING, conf, database.migrate, "", "", "libpq connection of shepctl migrate, whose role owns the schema")
X("database", milliseconds, NUMBER, conf, database.milliseconds, "5000", "1..600000", "longest that connecting or one statement may take")

X("trust", anchors, PATH, conf, trust.anchors, "", "", "folder of CA certificates: self-signed ones are anchors, the others intermediates")
X("trust", fingerprints, PATH, conf, trust.fingerprints, "", "", "list of the CA certificates that anchors may hold, by SHA-256; empty = any")
X("trust", policies, STRINGS, conf, trust.policies, "", "", "certificate policies, by OID, for one of which a signer's path must be valid; none = any")
X("trust", partners, PATH, conf, trust.partners, "", "", "folder of pinned partner certificates")
X("trust", crl, PATH, conf, trust.crl, "", "", "folder of certificate revocation lists")
X("trust", revocation, CHOICE, conf, trust.revocation, "crl", "off|crl|ocsp|any", "who is asked whether a certificate is revoked")
X("trust", ocsp_seconds, NUMBER, conf, trust.ocsp_seconds, "3600", "60..604800", "seconds for which an OCSP answer is fresh")
X("trust", gost2004_until, STRING, conf, trust.gost2004_until, "", "", "date from which GOST 34.310-2004 signatures are refused; empty = never")
X("trust", algorithms, STRINGS, conf, trust.algorithms, "", "rsa-sha256|rsa-sha384|rsa-sha512|gost2015|gost2004|ecdsa-sha256|ecdsa-sha384", "signature algorithms that are accepted; none = all of them but ECDSA")
X("trust", rsa_bits, NUMBER, conf, trust.rsa_bits, "2048", "2048..16384", "least size of an RSA key")

X("authorities", name, STRING, conf_issuer, name, NULL, "", "name of its files in state_dir and in the log: letters, digits, . _ -")
X("authorities", certificate, PATH, conf_issuer, certificate, NULL, "", "its certificate, one of those in trust.anchors")
X("authorities", crl, STRING, conf_issuer, crl, "", "", "address of its full CRL, http://; empty = not fetched")
X("authorities", delta, STRING, conf_issuer, delta, "", "", "address of its delta CRL, http://; empty = not fetched")
X("authorities", ocsp, STRING, conf_issuer, ocsp, "", "", "address of its OCSP responder, http://; empty = not asked")
X("authorities", ocsp_nonce, BOOL, conf_issuer, ocsp_nonce, "true", "", "an answer must carry the nonce of its question, so that none can be replayed")

X("fetch", user_agent, STRING, conf, fetch.user_agent, "shepd", "", "User-Agent of every fetch; the NCA's servers redirect who names none")
X("fetch", state_dir, PATH, conf, fetch.state_dir, "", "", "folder where the last good CRLs and answers are kept; empty = nothing is kept")
X("fetch", crl_octets, NUMBER, conf, fetch.crl_octets, "67108864", "4096..134217728", "largest CRL that is taken")
X("fetch", crl_deadline, NUMBER, conf, fetch.crl_deadline, "120", "1..3600", "seconds that fetching a CRL may take")
X("fetch", ocsp_deadline, NUMBER, conf, fetch.ocsp_deadline, "3", "1..60", "seconds that asking a responder may take")
X("fetch", crl_every, NUMBER, conf, fetch.crl_every, "3600", "1..604800", "seconds from one fetch of a full CRL to the next")
X("fetch", delta_every, NUMBER, conf, fetch.delta_every, "900", "1..604800", "seconds from one fetch of a delta CRL to the next")

X("signing", certificate, PATH, conf, signing.certificate, "", "", "certificate that signs replies, PEM; empty when key is a PKCS#12")
X("signing", key, PATH, conf, signing.key, NULL, "", "its private key, PEM, or a PKCS#12 with both")
X("signing", password_file, PATH, conf, signing.password_file, "", "", "file whose first line is the key's password")
X("signing", issuer_serial, BOOL, conf, signing.issuer_serial, "false", "", "name the certificate by issuer and serial number instead of sending it")

X("senders", sender_id, STRING, conf_sender, sender_id, NULL, "", "senderId as the message carries it")
X("senders", secret, STRING, conf_sender, secret, NULL, "", "its secret, hashed by shepctl secret: salt$digest")
X("senders", bin, STRING, conf_sender, bin, "", "", "BIN that the transport certificate must have; empty = any")
X("senders", certificates, PATHS, conf_sender, certificates, "", "", "pinned certificates, the only ones that may sign for it; none = any that the trust accepts")
X("senders", tls_certificates, PATHS, conf_sender, tls_certificates, "", "", "certificates of the TLS clients that may call for it, and for nobody who does not list them too; none = any client")
X("senders", bare_faultcode, BOOL, conf_sender, bare_faultcode, "false", "", "faultcode is the bare SCE code instead of soap:Client")
X("senders", suspended, BOOL, conf_sender, suspended, "false", "", "nothing is accepted from it for now")

X("services", service_id, STRING, conf_service, service_id, NULL, "", "serviceId as the message carries it")
X("services", handler, STRING, conf_service, handler, NULL, "", "what answers it: housing.submit, housing.status, mailbox.keep")
X("services", profile, STRING, conf_service, profile, NULL, "", "rule profile: 2012-almaty-oblast; none for mailbox.keep")
X("services", callers, STRINGS, conf_service, callers, "", "", "sender_ids that may call it")
X("services", business_signature, BOOL, conf_service, business_signature, "false", "", "the payload must be signed by the citizen")
X("services", algorithms, STRINGS, conf_service, algorithms, "", "rsa-sha256|rsa-sha384|rsa-sha512|gost2015|gost2004|ecdsa-sha256|ecdsa-sha384", "the only ones of trust.algorithms that both signatures of its messages may use; none = all")
X("services", placement, CHOICE, conf_service, placement, "auto", "auto|text|child|data|in-place|string", "where the signed payload stands in data")
X("services", signers, NUMBER, conf_service, signers, "1", "1..8", "most stacked signatures of the payload; all must hold, the first to sign is the applicant")
X("services", revocation_unknown, CHOICE, conf_service, revocation_unknown, "refuse", "refuse|accept", "what becomes of a message when nobody can tell whether its signer's certificate is revoked")
X("services", sync, BOOL, conf_service, sync, "true", "", "reachable on the synchronous channel")
X("services", async, BOOL, conf_service, async, "false", "", "reachable on the asynchronous channel")
X("services", enabled, BOOL, conf_service, enabled, "true", "", "offered at all")

X("receivers", name, STRING, conf_receiver, name, NULL, "", "name in profiles, in the outbox and in the log: letters, digits, . _ -")
X("receivers", url, STRING, conf_receiver, url, NULL, "", "address of its asynchronous channel, http:// or https://")
X("receivers", ca, PATH, conf_receiver, ca, "", "", "CA certificates that its TLS certificate may come from, PEM; empty = those of the system")
X("receivers", sender_id, STRING, conf_receiver, sender_id, NULL, "", "our senderId towards it")
X("receivers", secret_file, PATH, conf_receiver, secret_file, "", "", "file whose first line is our secret towards it; empty = none is sent")
X("receivers", certificates, PATHS, conf_receiver, certificates, "", "", "pinned certificates, the only ones that may sign its answers")
X("receivers", seconds, NUMBER, conf_receiver, seconds, "60", "1..600", "seconds that one call may take, from the connection to the last octet of the answer")
X("receivers", concurrency, NUMBER, conf_receiver, concurrency, "4", "1..64", "calls under way at once, in each dispatcher")
X("receivers", breaker_failures, NUMBER, conf_receiver, breaker_failures, "5", "1..1000", "failures of transport in a row after which it is left alone for a while, then asked once")
X("receivers", retry_first, NUMBER, conf_receiver, retry_first, "5", "1..86400", "seconds until the second attempt, doubled with each further one")
X("receivers", retry_longest, NUMBER, conf_receiver, retry_longest, "3600", "1..604800", "longest pause between two attempts, seconds")

X("profiles", service_id, STRING, conf_profile, service_id, NULL, "", "one of services")
X("profiles", sender_id, STRING, conf_profile, sender_id, "*", "", "in: whose messages, one of senders; out: as whom, a sender_id of receivers; * = any")
X("profiles", direction, CHOICE, conf_profile, direction, NULL, "in|out", "messages that come, or that go")
X("profiles", receiver, STRING, conf_profile, receiver, "", "", "one of receivers; in: who is asked for messages and gets the answers; out: who gets what nothing else names a receiver for")
X("profiles", placement, CHOICE, conf_profile, placement, "text", "text|child|data", "out: how the payload stands in data")
X("profiles", escaping, CHOICE, conf_profile, escaping, "escaped", "escaped|cdata", "out: how text is written")
X("profiles", sign_data, CHOICE, conf_profile, sign_data, "none", "none|root|data", "out: what the business signature covers")
X("profiles", prefix, STRING, conf_profile, prefix, "", "", "out: prefix of the payload's root and of all in its namespace; empty = as it is, default = none, by a default namespace")
X("profiles", sign, BOOL, conf_profile, sign, "true", "", "the transport signature; with in: of what is asked")
X("profiles", message_id, CHOICE, conf_profile, message_id, "own", "own|none", "out: whether messageId carries our own id")
X("profiles", answer_signature, CHOICE, conf_profile, answer_signature, "required", "required|accepted", "whether an answer without a signature counts")
X("profiles", deadline_seconds, NUMBER, conf_profile, deadline_seconds, "259200", "60..31536000", "out: seconds after which a message that was not delivered goes to quarantine")
X("profiles", delivery, CHOICE, conf_profile, delivery, "push", "push|pull", "in: whether messages are brought, or asked for")
X("profiles", pull_seconds, NUMBER, conf_profile, pull_seconds, "60", "1..86400", "in: seconds from one question to the next")
X("profiles", amount, NUMBER, conf_profile, amount, "20", "1..1000", "in: most messages of one answer")

X("retention", months, NUMBER, conf, retention.months, "36", "1..1200", "months after its end for which a month of journal, inbox and outbox is kept: shepctl month drop")

X("limits", workers, NUMBER, conf, limits.workers, "4", "1..256", "worker processes, each with one request at a time")
X("limits", dispatchers, NUMBER, conf, limits.dispatchers, "1", "0..16", "processes that handle what the asynchronous channel has brought; 0 = another node does")
X("limits", body_octets, NUMBER, conf, limits.body_octets, "1048576", "4096..67108864", "largest message")
X("limits", request_seconds, NUMBER, conf, limits.request_seconds, "30", "1..600", "deadline of one request, from its first octet to the end of the answer")
X("limits", idle_seconds, NUMBER, conf, limits.idle_seconds, "5", "1..600", "longest silence between two requests of one connection")
X("limits", keep_alive, NUMBER, conf, limits.keep_alive, "100", "1..1000000", "requests of one connection; 1 = close after each")
X("limits", worker_requests, NUMBER, conf, limits.worker_requests, "100000", "0..1000000000", "requests after which a worker is replaced; 0 = never")
X("limits", refusals_per_minute, NUMBER, conf, limits.refusals_per_minute, "60", "1..1000000", "journal rows of refusals that one peer may cause a minute in each worker; more are counted in one row")
/* clang-format on */
