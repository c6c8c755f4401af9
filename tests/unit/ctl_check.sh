#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl check: what the configuration names is there and fits, every mistake with its line.
set -u
. "$SRCDIR/tests/lib/check.sh"
ctl=$BUILDDIR/shepctl
pki=$BUILDDIR/testpki
dir=$(mktemp -d "${TMPDIR:-/tmp}/shepd-check.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# The worked example, laid out as it is meant, with keys of today.
mkdir -p "$dir/shepd.conf.d" "$dir/keys" "$dir/pki/partners"
cp "$SRCDIR/deploy/shepd.conf" "$dir/"
sed "s,^data_dir = .*,data_dir = \"$SRCDIR\";," "$SRCDIR/deploy/shepd.conf.d/site.conf" >"$dir/shepd.conf.d/site.conf"
cp -r "$pki/trust" "$dir/pki/anchors"
cp -r "$pki/crl" "$dir/pki/crl"
for name in signing tls; do
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$name" -days 2 -keyout "$dir/keys/$name.key" \
		-out "$dir/keys/$name.pem" 2>/dev/null || exit 1
done
cp -r "$dir" "$dir.good" && trap 'rm -rf "$dir" "$dir.good"' EXIT

# check ARGUMENT...: out (without the folder), code
check()
{
	out=$(timeout 60 "$ctl" check -c "$dir/shepd.conf" --no-database "$@" 2>&1)
	code=$?
	out=${out//"$dir/"/}
}

# told NAME LINE: the last check says exactly this line, and fails
told()
{
	is "$1: exit" $code 1
	ok "$1: $2" grep -qxF -- "$2" <<<"$out"
	grep -qxF -- "$2" <<<"$out" || echo "$out"
}

# line FILE PATTERN: the number of the first line that matches
line()
{
	grep -nE -m1 -- "$2" "$dir/$1" | cut -d: -f1
}

restore()
{
	rm -rf "$dir"
	cp -r "$dir.good" "$dir"
}

check
is the_worked_example_is_without_mistakes "$code $(grep -c ':[0-9]*: ' <<<"$out")" "0 0"

# --- every mistake at once ------------------------------------------------------------------------
sed -i 's/^log_level = .*/log_level = "loud";/; s/housing.submit/housing.sumbit/; s/^\trsa_bits.*/\trsa_bits = 1024;/' "$dir/shepd.conf"
echo nothing >"$dir/pki/anchors/text.pem"
rm "$dir/keys/tls.key"
cp "$dir/keys/tls.pem" "$dir/keys/signing.pem"
check
told a_word_that_is_no_level "shepd.conf:$(line shepd.conf ^log_level): log_level must be one of error|warning|notice|info|debug"
told a_small_rsa_key "shepd.conf:$(line shepd.conf rsa_bits): rsa_bits must be within 2048..16384"
service=$(($(line shepd.conf HQ_SUBMIT) - 2))
told an_unknown_handler "shepd.conf:$service: service HQ_SUBMIT: there is no handler housing.sumbit"
told a_file_that_is_no_certificate "shepd.conf:$(line shepd.conf ^trust): pki/anchors/text.pem: not a CERTIFICATE in PEM or DER"
told a_key_of_another_certificate "shepd.conf:$(line shepd.conf ^signing): keys/signing.pem: the private key does not belong to the certificate"
tls=$(($(line shepd.conf.d/site.conf 8443) - 2))
told a_tls_key_that_is_not_there "shepd.conf.d/site.conf:$tls: shepd.conf.d/../keys/tls.key: No such file or directory"
restore

# --- one by one -----------------------------------------------------------------------------------
sed -i '/^signing: {/,/^};/d' "$dir/shepd.conf"
check
told without_a_signing_key "shepd.conf: signing is missing: replies are signed"
restore

sed -i 's/^\tcertificate = "keys.signing.pem"/\tcertificate = ""/; s,keys/signing.key,keys/signing.p12,; s/password_file = ""/password_file = "keys\/password"/' "$dir/shepd.conf"
openssl pkcs12 -export -in "$dir/keys/signing.pem" -inkey "$dir/keys/signing.key" -passout pass:four -out "$dir/keys/signing.p12"
echo four >"$dir/keys/password"
check
is a_pkcs12_with_its_password_is_taken $code 0
echo five >"$dir/keys/password"
check
is a_wrong_password_is_refused $code 1
has a_wrong_password_is_told "$out" "^shepd.conf:$(line shepd.conf ^signing): keys/signing.p12: PKCS#12 cannot be opened"
restore

openssl x509 -in "$pki/gost2004/gateway.pem" -out "$dir/keys/signing.pem" 2>/dev/null || cp "$pki/gost2004/gateway.pem" "$dir/keys/signing.pem"
cp "$pki/gost2004/gateway.key" "$dir/keys/signing.key"
check
told replies_are_never_signed_by_gost_2004 "shepd.conf:$(line shepd.conf ^signing): replies are signed by RSA or GOST 34.10-2015 only"
restore

for name in signing tls; do
	openssl req -x509 -newkey rsa:2048 -nodes -subj "/CN=$name" -days -1 -keyout "$dir/keys/$name.key" \
		-out "$dir/keys/$name.pem" 2>/dev/null || cp "$pki/rsa/gateway-expired.pem" "$dir/keys/$name.pem"
	cmp -s "$dir/keys/$name.pem" "$pki/rsa/gateway-expired.pem" && cp "$pki/rsa/gateway-expired.key" "$dir/keys/$name.key"
done
check
is an_expired_certificate_of_ours_is_a_mistake $code 1
has of_signing "$out" "^shepd.conf:$(line shepd.conf ^signing): keys/signing.pem: not valid today, only from "
has of_tls "$out" "^shepd.conf.d/site.conf:$tls: shepd.conf.d/../keys/tls.pem: not valid today, only from "
restore

sed -i 's/business_signature = true/business_signature = false/' "$dir/shepd.conf"
check
told an_application_must_be_signed "shepd.conf:$service: service HQ_SUBMIT: handler housing.submit needs business_signature = true"
restore

sed -i 's/handler = "housing.status";/handler = "housing.status"; business_signature = true;/' "$dir/shepd.conf"
status=$(($(line shepd.conf HQ_STATUS) - 2))
check
told a_status_is_not_signed "shepd.conf:$status: service HQ_STATUS: handler housing.status takes no business signature"
restore

sed -i '0,/2012-almaty-oblast/s//2011-nowhere/' "$dir/shepd.conf"
check
told an_unknown_profile "shepd.conf:$service: service HQ_SUBMIT: handler housing.submit has no profile 2011-nowhere"
restore

sed -i "s,^data_dir = .*,data_dir = \"$dir/nowhere\";," "$dir/shepd.conf.d/site.conf"
check
is data_that_are_not_there_are_a_mistake $code 1
has data_that_are_not_there_are_told "$out" '^shepd.conf.*data_dir: '
restore

rm "$dir"/pki/crl/*
check
told no_list_at_all "shepd.conf:$(line shepd.conf ^trust): revocation = \"crl\", but no CRL is there"
restore

authority=$(($(line shepd.conf nca-gost-2022) - 1))
for key in crl delta ocsp; do
	sed -i "s,^\t\t$key = \"\";,\t\t$key = \"http://127.0.0.1:9/\";," "$dir/shepd.conf"
	check
	told "an_authority_that_is_asked_for_its_${key}_is_there" \
		"shepd.conf:$authority: authority nca-gost-2022: pki/anchors/nca_gost_2022.cer: No such file or directory"
	cp "$dir/keys/signing.pem" "$dir/pki/nobody.pem"
	sed -i 's,anchors/nca_gost_2022.cer,nobody.pem,' "$dir/shepd.conf"
	check
	told "and_is_one_of_the_trusted_$key" \
		"shepd.conf:$authority: authority nca-gost-2022: pki/nobody.pem: not one of the trusted CAs"
	restore
done

# name, SHA-256 and kind of every CA but one
for file in "$dir"/pki/anchors/*; do
	digest=$(openssl x509 -in "$file" -outform DER | sha256sum)
	printf '%s\t%s\t%s\n' "${file##*/}" "${digest%% *}" "$([[ $file == *-root.pem ]] && echo anchor || echo intermediate)"
done >"$dir/pki/all"
grep -v ^rsa-nca "$dir/pki/all" >"$dir/pki/list"
sed -i 's,^\tfingerprints = .*,\tfingerprints = "pki/all";,' "$dir/shepd.conf"
check
is cas_that_are_listed_are_taken $code 0
sed -i 's,^\tfingerprints = .*,\tfingerprints = "pki/list";,' "$dir/shepd.conf"
check
digest=$(sed -n 's/^rsa-nca.pem\t\([0-9a-f]*\)\t.*/\1/p' "$dir/pki/all")
name='C=KZ,CN=ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA) ТЕСТ'
told a_ca_that_is_not_listed "shepd.conf:$(line shepd.conf ^trust): pki/anchors/rsa-nca.pem: intermediate $name, SHA-256 $digest, is not listed in trust.fingerprints"
restore

sed -i 's/^\tpolicies = .*/\tpolicies = ( "1.2.398.3.3.2", "legal" );/' "$dir/shepd.conf"
check
told a_policy_that_is_no_oid "shepd.conf:$(line shepd.conf ^trust): legal: not the OID of a policy"
restore

cp "$pki/rsa/gateway.der" "$dir/keys/pep.cer"
sed -i 's,\tcertificates = ( ),\tcertificates = ( "../keys/pep.cer" ),' "$dir/shepd.conf.d/site.conf"
check
is a_pinned_certificate_is_taken $code 0
has and_counted "$out" ' 1 pinned'
sender=$(($(line shepd.conf.d/site.conf sender_id) - 2))
cp "$pki/rsa/nca.pem" "$dir/keys/pep.cer"
check
told a_ca_cannot_be_pinned "shepd.conf.d/site.conf:$sender: shepd.conf.d/../keys/pep.cer: a CA cannot be pinned as a partner"
restore

# --- the asynchronous channel -----------------------------------------------------------------------
cp "$SRCDIR/deploy/shepd.conf.d/gateway.conf.example" "$dir/shepd.conf.d/gateway.conf"
sed -i '/HQ_SUBMIT/,/enabled/s/async = false/async = true/' "$dir/shepd.conf"
cp "$pki/rsa/gateway.pem" "$dir/pki/gateway.pem"
cp "$dir/keys/tls.pem" "$dir/pki/gateway-ca.pem"
echo secret >"$dir/keys/shep.secret"
check
is the_example_of_a_gateway_is_without_mistakes "$code $(grep -c ':[0-9]*: ' <<<"$out")" "0 0"
has its_certificate_is_pinned "$out" ' 1 pinned'
receiver=$(($(line shepd.conf.d/gateway.conf 'name =') - 1))
sed -i '/^receivers/a { name = "two"; url = "http://g"; sender_id = "x"; certificates = "../pki/gateway.pem"; },' "$dir/shepd.conf.d/gateway.conf"
sed -i 's/certificates = "\(.*\)"; }/certificates = ( "\1" ); }/' "$dir/shepd.conf.d/gateway.conf"
check
told a_certificate_answers_for_one_receiver "shepd.conf.d/gateway.conf:$((receiver + 1)): receiver shep: shepd.conf.d/../pki/gateway.pem signs for receiver two already"
sed -i '/name = "two"/d' "$dir/shepd.conf.d/gateway.conf"
rm "$dir/keys/shep.secret"
echo nothing >"$dir/pki/gateway-ca.pem"
check
told a_secret_that_is_not_there "shepd.conf.d/gateway.conf:$receiver: shepd.conf.d/../keys/shep.secret: No such file or directory"
told a_ca_that_is_none "shepd.conf.d/gateway.conf:$receiver: shepd.conf.d/../pki/gateway-ca.pem: not a CERTIFICATE in PEM or DER"
rm "$dir/pki/gateway.pem"
check
told a_pinned_answerer_that_is_not_there "shepd.conf.d/gateway.conf:$receiver: shepd.conf.d/../pki/gateway.pem: No such file or directory"
restore

# --- the database, the command line ---------------------------------------------------------------
sed -i "s,host=/run/postgresql,host=$dir," "$dir/shepd.conf.d/site.conf"
out=$(timeout 60 "$ctl" check -c "$dir/shepd.conf" 2>&1)
is a_database_that_is_not_there_is_a_mistake $? 1
has with_its_line "${out//"$dir/"/}" "^shepd.conf.d/site.conf:$(line shepd.conf.d/site.conf ^database): "
"$ctl" check --frobnicate >/dev/null 2>&1
is an_unknown_option_is_a_usage_error $? 2
"$ctl" check one two >/dev/null 2>&1
is an_argument_is_a_usage_error $? 2
"$ctl" check -c "$dir/absent" >"$dir/out" 2>&1
is a_file_that_is_not_there_is_a_mistake $? 1
is keys_lists_the_table "$("$ctl" check --keys | wc -l)" "$(grep -c '^X(' "$SRCDIR/src/conf/conf_def.h")"
finish
