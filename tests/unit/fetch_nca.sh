#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# certs/fetch-nca against a server of its own, an honest and a lying one, and against a folder; the lists
# in certs/ against the published certificates, and the daemon's own reading of them.
set -u
. "${SRCDIR:?}/tests/lib/check.sh"
fetch=$SRCDIR/certs/fetch-nca
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

# A list of two certificates of the test PKI, and a web server for them.
made=$BUILDDIR/testpki/rsa
for name in root nca; do
	digest=$(sha256sum <"$made/$name.der")
	kind=$([ $name = root ] && echo anchor || echo intermediate)
	printf '%s\t%s\t%s\t-\t-\t-\n' $name "${digest%% *}" "$kind"
done >"$work/list"
printf '# a comment\n\nabsent\t%064d\tanchor\t-\t-\t-\n' 0 >>"$work/list"
mkdir "$work/web"
cp "$made/root.der" "$work/web/root.cer"
cp "$made/nca.pem" "$work/web/nca.cer"
cat >"$work/serve.py" <<'EOF'
import http.server, os, sys

class Page(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if not self.headers.get("User-Agent", "").startswith("shepd"):
            return self.answer(303, b"", Location="/portal")
        kind, _, name = self.path[1:].partition("/")
        with open(name, "rb") as file:
            body = file.read()
        if kind == "moved":
            return self.answer(302, b"", Location="/honest/" + name)
        if kind == "broken":
            return self.answer(500, body)
        if kind == "lying":
            body = body[:-1] + bytes([body[-1] ^ 1])
        if kind == "empty":
            body = b""
        if kind == "endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(body)
            except OSError:
                return None
        return self.answer(200, body)

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

os.chdir(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
print(server.server_address[1], flush=True)
server.serve_forever()
EOF
python3 "$work/serve.py" "$work/web" >"$work/port" 2>/dev/null &
server=$!
for _ in $(seq 100); do
	[ -s "$work/port" ] && break
	sleep 0.05
done
base=http://127.0.0.1:$(cat "$work/port")

# run ARGUMENT...: status in $status, how many files $into has in $files
run()
{
	"$fetch" --list "$work/list" --into "$into" "$@" >"$work/out" 2>"$work/err"
	status=$?
	files=$(find "$into" -type f | wc -l)
}

into=$work/into
run --base "$base/honest" root nca
is what_is_listed_is_installed "$status $files" "0 2"
ok as_der cmp "$into/root.cer" "$made/root.der"
ok pem_becomes_der cmp "$into/nca.cer" "$made/nca.der"
is nothing_else_is_left "$(find "$into" -mindepth 1 -name '.*' | wc -l)" 0

for how in lying empty moved broken endless; do
	into=$work/$how
	run --base "$base/$how" root nca
	is "a_server_that_is_${how}_installs_nothing" "$status $files" "1 0"
done
ok it_is_told_what_differs grep -q 'root: .*differs: SHA-256' <("$fetch" --list "$work/list" --into "$into" \
	--base "$base/lying" root 2>&1)
into=$work/half
cp "$made/root.der" "$work/web/absent.cer"
run --base "$base/honest" root absent
is one_that_differs_keeps_the_others_out "$status $files" "1 0"
run --base http://127.0.0.1:1 root
is a_server_that_is_not_there_installs_nothing "$status $files" "1 0"
run root
is without_an_address_there_is_nothing_to_fetch "$status $files" "1 0"
run --base "$base/honest" unknown
is a_name_that_is_not_listed_is_refused "$status $files" "1 0"
run --base "$base/honest" ../root
is a_name_with_a_path_is_refused "$status $files" "1 0"
run --from "$work/web"
is a_folder_with_another_certificate_installs_nothing "$status $files" "1 0"
rm "$work/web/absent.cer"
run --from "$work/web"
is a_folder_gives_what_it_has "$status $files" "0 2"
run --from "$work/none"
is a_folder_that_is_not_there_is_a_usage_error "$status" 2
run --from "$work/web" --base "$base/honest"
is two_sources_are_a_usage_error "$status" 2
"$fetch" --list "$work/list" >/dev/null 2>&1
is without_a_target_it_is_a_usage_error $? 2

if [ -d "$SHEPD_SHARED/samples/nca" ]; then
	for kind in prod test; do
		into=$work/$kind list=$SRCDIR/certs/nca-$kind.tsv
		"$fetch" --list "$list" --into "$into" --from "$SHEPD_SHARED/samples/nca/ca-$kind" >"$work/out" 2>&1
		is "the_list_of_${kind}_has_every_published_certificate" "$? $(find "$into" -type f | wc -l)" \
			"0 $(find "$SHEPD_SHARED/samples/nca/ca-$kind" -type f | wc -l)"
		is "and_the_right_dates_of_$kind" "$(for file in "$into"/*.cer; do
			openssl x509 -in "$file" -noout -dates -dateopt iso_8601 | sed 's/.*=//; s/ /T/' | paste -s
		done | sort)" "$(grep -v '^#' "$list" | cut -f 4,5 | sort)"
	done
	while read -r name start; do
		ok "the_fingerprint_of_${name}_is_the_documented_one" grep -q "^$name	$start" "$SRCDIR/certs/nca-prod.tsv"
	done <<'EOF'
root_gost_2022 af77725f8328bb24
nca_gost_2022 32c7d233a42703a3
root_rsa_2020 9ba06354b6266417
nca_rsa_2022 84fb799a66140950
root_gost_2020 c48164ab5ccaaee6
ucgo_gost eb5a5318299db447
btsd_gost 74bb80edf34f4594
root_gost 9ab210e5
nca_gost 908521d0
root_rsa a7064abc
nca_rsa 34d1b311
nca_rsa_2015 aef2f290
EOF
else
	echo "SKIPPED 16: no published certificates beside the sources"
fi

finish
