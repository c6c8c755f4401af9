# SPDX-License-Identifier: GPL-2.0-or-later
#
# The stock openssl with kzgost.so: reads, verifies and issues what the NCA issues.
#
# Outside judge of the provider and of the test PKI maker: nothing of ours runs here but the module.
. "$SRCDIR/tests/lib/check.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nca=$SHEPD_SHARED/samples/nca
pki=$BUILDDIR/testpki

cat >"$work/openssl.cnf" <<EOF
openssl_conf = start
[start]
providers = providers
[providers]
default = plain
legacy = plain
kzgost = kzgost
[plain]
activate = 1
[kzgost]
module = $BUILDDIR/kzgost.so
activate = 1
[req]
distinguished_name = empty
[empty]
EOF
export OPENSSL_CONF=$work/openssl.cnf

# verifies WHEN FILE ISSUER...: the chain holds at that time; the last ISSUER is the anchor.
verifies()
{
	local when=$1 file=$2 between=()
	shift 2
	while [ $# -gt 1 ]; do
		between+=(-untrusted "$1")
		shift
	done
	openssl x509 -in "$1" -out "$work/anchor.pem" || return
	openssl verify -x509_strict -check_ss_sig -attime "$(date -u -d "$when" +%s)" \
		-CAfile "$work/anchor.pem" "${between[@]}" "$file" >"$work/out" 2>&1
}

# why WHEN FILE ISSUER...: the first reason that openssl gives.
why()
{
	verifies "$@"
	sed -n 's/^error [0-9]* at [0-9]* depth lookup: //p' "$work/out" | head -1
}

# crl_verdict FILE ISSUER
crl_verdict()
{
	openssl x509 -in "$2" -out "$work/issuer.pem"
	openssl crl -inform DER -in "$1" -CAfile "$work/issuer.pem" -noout 2>&1 | head -1
}

the_nca()
{
	local ca=$nca/ca-prod test=$nca/ca-test file key issuers issuer when good=0

	while read -r file key when issuers; do
		text=$(openssl x509 -in "$ca/$file" -noout -text)
		has "text of $file: key" "$text" "Public Key Algorithm: $key"
		has "text of $file: readable" "$text" 'Public-Key: \('
		# shellcheck disable=SC2046,SC2086
		ok "chain of $file" verifies "$when" "$ca/$file" $(printf "$ca/%s " $issuers)
	done <<-EOF
	root_gost_2022.pem KZ.GOST.34.10-2015 2026-06-01 root_gost_2022.pem
	nca_gost_2022.pem KZ.GOST.34.10-2015 2026-06-01 root_gost_2022.pem
	root_rsa_2020.cer rsaEncryption 2026-06-01 root_rsa_2020.cer
	nca_rsa_2022.cer rsaEncryption 2026-06-01 root_rsa_2020.cer
	root_gost_2020.cer KZ.GOST.34.310-2004 2026-06-01 root_gost_2020.cer
	ucgo_gost.cer KZ.GOST.34.310-2004 2026-06-01 root_gost_2020.cer
	btsd_gost.cer KZ.GOST.34.310-2004 2026-06-01 root_gost_2020.cer
	root_gost.pem KZ.GOST.34.310-2004 2020-06-01 root_gost.pem
	nca_gost.pem KZ.GOST.34.310-2004 2020-06-01 root_gost.pem
	root_rsa.pem rsaEncryption 2020-06-01 root_rsa.pem
	nca_rsa.pem rsaEncryption 2020-06-01 root_rsa.pem
	nca_rsa_2015.cer rsaEncryption 2020-06-01 root_rsa.pem
	EOF
	while read -r file issuer when; do
		ok "test chain of $file" verifies "$when" "$test/$file" "$test/$issuer"
	done <<-EOF
	nca_gost2022_test.cer root_test_gost_2022.cer 2026-06-01
	nca_gost_test.cer kuc_gost_test.cer 2026-06-01
	nca_rsa_test.cer kuc_rsa_test.cer 2026-06-01
	nca_gost_test_old.crt root_gost_test_old.crt 2022-06-01
	nca_rsa_test_old.crt root_rsa_test_old.crt 2022-06-01
	EOF
	is 'a certificate of another root is refused' \
		"$(why 2026-06-01 "$ca/nca_gost_2022.pem" "$ca/root_gost_2020.cer")" \
		'unable to get local issuer certificate'

	while read -r file issuer; do
		text=$(crl_verdict "$nca/crl-test/$file" "$test/$issuer")
		case $file in
		# AlgorithmIdentifier with NULL outside and without inside: OpenSSL's own rule
		2026_*) is "$file is refused by OpenSSL itself" "$text" 'verify failure' ;;
		*) is "$file" "$text" 'verify OK' && good=$((good + 1)) ;;
		esac
	done <<-EOF
	2022_nca_gost2022_test.crl nca_gost2022_test.cer
	2025-04_nca_gost2022_test.crl nca_gost2022_test.cer
	2025-04_nca_gost2022_d_test.crl nca_gost2022_test.cer
	2026_nca_gost2022_test.crl nca_gost2022_test.cer
	sdk2023_nca_gost_test_2022.crl nca_gost2022_test.cer
	sdk2023_nca_d_gost_test_2022.crl nca_gost2022_test.cer
	2022_nca_gost_test.crl nca_gost_test_old.crt
	sdk2023_nca_gost_test.crl nca_gost_test.cer
	sdk2023_nca_d_gost_test.crl nca_gost_test.cer
	2022_nca_rsa_test.crl nca_rsa_test_old.crt
	sdk2023_nca_rsa_test.crl nca_rsa_test.cer
	sdk2023_nca_d_rsa_test.crl nca_rsa_test.cer
	EOF
	is 'CRLs that openssl takes' "$good" 11
}

# What the NCA's services signed: OCSP answers, a time stamp, CMS of a person and of a legal entity.
answers_of_the_nca()
{
	local file name
	for file in "$nca"/ca-test/*; do
		openssl x509 -in "$file"
	done >"$work/centres.pem"
	for name in individual_sign_2004 ceo_sign_2004_revoked ceo_2015_revoked individual_2015; do
		has "OCSP answer $name" "$(openssl ocsp -respin "$nca/ocsp-test/ocsp_response_$name.bin" \
			-CAfile "$work/centres.pem" -attime "$(date -u -d 2022-09-02T12:00Z +%s)" 2>&1)" \
			'Response verify OK'
	done
	ok 'time stamp' openssl ts -verify -token_in -in "$nca/tsp-test/tsp_token.bin" \
		-digest 1465dad126d32bf7aa5d3b95a5c7c331cdff34df -CAfile "$work/centres.pem" \
		-attime "$(date -u -d 2022-09-18T14:00Z +%s)"
	for name in individual legal_entity; do
		is "CMS $name" "$(openssl cms -verify -inform DER -binary -purpose any -no_check_time \
			-in "$nca/cms-test/${name}_attached.der" -CAfile "$work/centres.pem" 2>/dev/null)" \
			"$(cat "$nca/cms-test/${name}_document.txt")"
		ok "CMS $name, detached" openssl cms -verify -inform DER -binary -purpose any \
			-no_check_time -in "$nca/cms-test/${name}_detached.der" -out /dev/null \
			-content "$nca/cms-test/${name}_document.txt" -CAfile "$work/centres.pem"
		refused "CMS $name over another document" openssl cms -verify -inform DER -binary \
			-purpose any -no_check_time -in "$nca/cms-test/${name}_detached.der" \
			-out /dev/null -content "$work/openssl.cnf" -CAfile "$work/centres.pem"
	done
}

# refused WHAT COMMAND...: the command fails.
refused()
{
	local what=$1
	shift
	if "$@" 2>"$work/err"; then
		is "$what" accepted refused
	else
		is "$what" refused refused
	fi
}

its_own_keys()
{
	local kind pub
	for kind in kzgost2015-512 kzgost2004; do
		ok "genpkey $kind" openssl genpkey -algorithm "$kind" -out "$work/key.pem"
		ok 'pkey -check' openssl pkey -in "$work/key.pem" -check -noout -out /dev/null
		pub=$(openssl pkey -in "$work/key.pem" -pubout)
		ok 'pkey -aes256' openssl pkey -in "$work/key.pem" -aes256 -passout pass:secret \
			-out "$work/sealed.pem"
		is 'is encrypted' "$(head -1 "$work/sealed.pem")" '-----BEGIN ENCRYPTED ''PRIVATE KEY-----'
		is 'and opens' "$(openssl pkey -in "$work/sealed.pem" -passin pass:secret -pubout)" "$pub"
		refused 'a wrong pass phrase' openssl pkey -in "$work/sealed.pem" -passin pass:wrong \
			-noout
		ok 'req -x509' openssl req -new -x509 -key "$work/key.pem" -subj /CN=centre -days 2 \
			-addext keyUsage=keyCertSign -out "$work/centre.pem"
		ok 'req' openssl req -new -newkey "$kind" -noenc -keyout "$work/leaf.key" -subj /CN=leaf \
			-out "$work/leaf.csr"
		ok 'req -verify' openssl req -in "$work/leaf.csr" -verify -noout
		ok 'x509 -req' openssl x509 -req -in "$work/leaf.csr" -CA "$work/centre.pem" \
			-CAkey "$work/key.pem" -days 1 -set_serial 7 -out "$work/issued.pem"
		ok 'verify' openssl verify -CAfile "$work/centre.pem" "$work/issued.pem"
		ok 'pkcs12 -export' openssl pkcs12 -export -in "$work/issued.pem" -inkey "$work/leaf.key" \
			-passout pass:secret -out "$work/leaf.p12"
		is 'pkcs12 holds the key' \
			"$(openssl pkcs12 -in "$work/leaf.p12" -passin pass:secret -nocerts -noenc |
				openssl pkey -pubout)" "$(openssl pkey -in "$work/leaf.key" -pubout)"
	done 2>"$work/err"
	printf abc >"$work/abc"
	is 'dgst -kzstreebog512' "$(openssl dgst -kzstreebog512 -r "$work/abc" | cut -c 1-32)" \
		28156e28317da7c98f4fe2bed6b542d0
	is 'dgst -kzgost34311' "$(openssl dgst -kzgost34311 -r "$work/abc" | cut -c 1-32)" \
		f3134348c44fb1b2a277729e2285ebb5
}

the_test_pki()
{
	local family name summer=2026-09-01
	for family in rsa gost; do
		for name in person person2 person-auth head signright employee system gateway ocsp tsa; do
			ok "$family $name" verifies $summer "$pki/$family/$name.pem" \
				"$pki/$family/trust/nca.pem" "$pki/$family/trust/root.pem"
			ok "$family $name.der" cmp -s "$pki/$family/$name.der" \
				<(openssl x509 -in "$pki/$family/$name.pem" -outform DER)
			is "$family $name.key" "$(openssl pkey -in "$pki/$family/$name.key" -pubout)" \
				"$(openssl x509 -in "$pki/$family/$name.pem" -noout -pubkey)"
		done
		for name in other-person other-gateway; do
			is "$family $name" "$(why $summer "$pki/$family/$name.pem" \
				"$pki/$family/trust/nca.pem" "$pki/$family/trust/root.pem")" \
				'unable to get local issuer certificate'
			ok "$family $name under its own" verifies $summer "$pki/$family/$name.pem" \
				"$pki/$family/other-trust/nca.pem" "$pki/$family/other-trust/root.pem"
		done
		is "$family issuers have one name" \
			"$(openssl x509 -in "$pki/$family/nca.pem" -noout -subject)" \
			"$(openssl x509 -in "$pki/$family/other-nca.pem" -noout -subject)"
		for name in person gateway; do
			is "$family $name-expired" "$(why $summer "$pki/$family/$name-expired.pem" \
				"$pki/$family/nca.pem" "$pki/$family/root.pem")" 'certificate has expired'
			is "$family $name-revoked" "$(revoked "$family" "$name-revoked")" 'certificate revoked'
			is "$family $name not revoked" "$(revoked "$family" "$name")" ''
		done
		is "$family person-future" "$(why $summer "$pki/$family/person-future.pem" \
			"$pki/$family/nca.pem" "$pki/$family/root.pem")" 'certificate is not yet valid'
		is "$family validity" "$(openssl x509 -in "$pki/$family/person.pem" -noout -dates | tr '\n' ' ')" \
			'notBefore=Jun  1 00:00:00 2026 GMT notAfter=Jun  1 00:00:00 2027 GMT '
		is "$family person" "$(openssl x509 -in "$pki/$family/person.pem" -noout -subject -nameopt utf8,sep_comma_plus)" \
			'subject=CN=ТЕСТОВ ТЕСТ,SN=ТЕСТОВ,serialNumber=IIN000101300019,C=KZ,GN=ТЕСТОВИЧ'
		is "$family gateway" "$(openssl x509 -in "$pki/$family/gateway.pem" -noout -subject -nameopt utf8,sep_comma_plus)" \
			'subject=UID=1.2.398.6.10.1.2,CN=ИС "ШЛЮЗ",C=KZ,O=АО "ШЛЮЗ",OU=BIN000140000304'
	done
	for name in person gateway; do
		ok "gost2004 $name" verifies $summer "$pki/gost2004/$name.pem" \
			"$pki/gost2004/trust/nca.pem" "$pki/gost2004/trust/root.pem"
	done
	ok 'tls' verifies $summer "$pki/rsa/tls.pem" "$pki/rsa/nca.pem" "$pki/rsa/root.pem"
	is 'no file is readable for others' "$(find "$pki" -name '*.key' -perm /077)" ''
	is 'all trust in one folder' "$(cd "$pki/trust" && echo *)" \
		'gost-nca.pem gost-root.pem gost2004-nca.pem gost2004-root.pem rsa-nca.pem rsa-root.pem'
	is 'all CRLs in one folder' "$(cd "$pki/crl" && echo *)" \
		'gost-nca.crl gost-root.crl gost2004-nca.crl gost2004-root.crl rsa-nca.crl rsa-root.crl'
}

# revoked FAMILY NAME: what the CRLs of the test PKI say.
revoked()
{
	local name
	for name in root nca; do
		openssl crl -in "$pki/$1/crl/$name.crl" -inform DER
	done >"$work/crls.pem"
	openssl verify -crl_check_all -CRLfile "$work/crls.pem" -attime "$(date -u -d 2026-09-01 +%s)" \
		-CAfile "$pki/$1/trust/root.pem" -untrusted "$pki/$1/trust/nca.pem" "$pki/$1/$2.pem" \
		2>&1 | sed -n 's/^error [0-9]* at [0-9]* depth lookup: //p'
}

the_maker_refuses()
{
	local maker="sh $SRCDIR/certs/make-test-pki" rc
	for arguments in '--date now' '--date 2026-02-31T00:00:00Z' '--frobnicate' '--date' \
		"--date 2026-06-01T00:00:00Z --module $work/none.so --out $work/x" \
		"--date 2026-06-01T00:00:00Z --module $BUILDDIR/kzgost.so" \
		"--date 2026-06-01T00:00:00Z --crl-days many"; do
		# shellcheck disable=SC2086
		$maker $arguments >"$work/out" 2>&1
		rc=$?
		is "maker refuses $arguments" "$rc" 2
		has 'and says why' "$(cat "$work/out")" '^make-test-pki: '
	done
	has 'maker helps' "$($maker --help)" '^usage: make-test-pki'
}

if [ -d "$nca" ]; then
	the_nca
	answers_of_the_nca
else
	skip 66 'no samples of the NCA'
fi
its_own_keys
the_test_pki
the_maker_refuses
finish
