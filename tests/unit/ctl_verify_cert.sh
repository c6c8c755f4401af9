#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# shepctl verify-cert: its command line, its one line a certificate, its exit status, both families of the
# test PKI. The rules of paths are tests/vectors/pkits.py's.
set -u
. "${SRCDIR:?}/tests/lib/check.sh"
ctl=$BUILDDIR/shepctl
made=$BUILDDIR/testpki
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run ARGUMENT...: output in $out, status in $status
run()
{
	out=$("$ctl" verify-cert "$@" 2>"$work/err")
	status=$?
}

at='--at 2026-06-02T12:00:00Z'
run $at "$made/rsa/person.pem"
is without_anchors_it_is_a_usage_error $status 2
run $at --trust "$made/rsa/trust"
is without_certificates_it_is_a_usage_error $status 2
run --at yesterday --trust "$made/rsa/trust" x
is a_time_that_is_none_is_a_usage_error $status 2
run $at --trust "$made/rsa/trust" --revocation sometimes x
is a_revocation_that_is_none_is_a_usage_error $status 2
run $at --trust "$made/rsa/trust" --policy legal x
is a_policy_that_is_no_oid_is_a_usage_error $status 2
run $at --trust "$made/rsa/trust" --policy 1.2.3,,any x
is an_empty_policy_is_a_usage_error $status 2
run $at --trust "$work/none" x
is a_folder_that_is_not_there_is_a_usage_error $status 2

mkdir "$work/anchor" "$work/between"
for family in rsa gost; do
	cp "$made/$family/root.pem" "$work/anchor/root.pem"
	cp "$made/$family/nca.der" "$work/between/nca.der"
	files="$made/$family/person.pem $made/$family/gateway.der $made/$family/person-revoked.pem
		$made/$family/person-expired.pem $made/$family/person-future.pem
		$made/$family/other-person.pem $made/$family/nca.pem $made/$family/tsa.pem"
	run $at --trust "$work/anchor" --untrusted "$work/between" --crl "$made/$family/crl" $files
	is "one_${family}_refusal_makes_the_status_1" $status 1
	is "each_${family}_line_has_five_fields" "$(awk -F '\t' 'NF != 5' <<<"$out" | wc -l)" 0
	is "${family}_verdicts" "$(cut -f 2,3 <<<"$out" | tr '\t\n' ': ')" "accepted:OK accepted:OK \
refused:PKI_REVOKED refused:PKI_EXPIRED refused:PKI_NOT_YET_VALID refused:PKI_UNKNOWN_ISSUER accepted:OK accepted:OK "
	is "${family}_holders" "$(cut -f 4 <<<"$out" | head -n 2 | tr '\n' ' ')" \
		"IIN000101300019 BIN000140000304 "
	run $at --trust "$work/anchor" --untrusted "$work/between" "$made/$family/person-revoked.pem"
	is "without_crls_${family}_revocation_is_not_asked" "$status" 0
	run $at --trust "$work/anchor" --untrusted "$work/between" --revocation crl "$made/$family/person.pem"
	is "asked_for_${family}_without_crls_it_is_unknown" "$(cut -f 3 <<<"$out")" PKI_REVOCATION_UNKNOWN
	run $at --trust "$work/anchor" "$made/$family/person.pem"
	is "without_the_${family}_ca_between_there_is_no_path" "$(cut -f 3 <<<"$out")" PKI_UNKNOWN_ISSUER
done

steering=$work/$(printf 'a\302\2332J\342\200\256')
cp "$made/rsa/person.pem" "$steering"
run $at --trust "$made/rsa/trust" "$steering"
is what_would_steer_a_terminal_is_escaped "$(cut -f 1 <<<"$out")" "$work/a\\xc2\\x9b2J\\xe2\\x80\\xae"

printf 'no certificate\n' >"$work/text"
run $at --trust "$made/rsa/trust" "$work/text" "$work/none.pem" "$made/rsa/person.pem"
is what_is_no_certificate_is_refused "$(cut -f 2,3 <<<"$out" | tr '\t\n' ': ')" \
	"refused:CONFIG refused:CONFIG accepted:OK "

# the person's policy is .2.3, that of the CA 1.2.398.3.3.1.1
person="$at --trust $work/flat --policy 1.2.398.3.3.2.3"
mkdir "$work/flat"
cp "$made/gost2004/root.pem" "$work/flat"
cp "$made/gost2004/nca.pem" "$work/flat"
run $person "$made/gost2004/person.pem"
is a_policy_is_no_demand_by_itself $status 0
run $person --explicit-policy "$made/gost2004/person.pem"
is explicit_policy_is_a_demand "$(cut -f 3 <<<"$out")" PKI_CERTIFICATE
run $at --trust "$made/gost/trust" --policy 1.2.3,1.2.398.3.3.2 --policy 1.2.4 --explicit-policy --inhibit-map \
	--inhibit-any "$made/gost/person.pem"
is one_policy_of_several_is_enough "$(cut -f 2,3 <<<"$out")" "accepted	OK"

finish
