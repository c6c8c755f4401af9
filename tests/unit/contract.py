#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The contract in wsdl/: compiles under libxml2 and wsdl2h, loads in zeep, says what the published
# files say (operations, messages, parts, elements, occurrence, types, facets), and takes and refuses
# the same samples. Only names and structure are compared, never the published files' text.
import contextlib
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

XS = '{http://www.w3.org/2001/XMLSchema}'
WSDL = '{http://schemas.xmlsoap.org/wsdl/}'
SOAP = '{http://schemas.xmlsoap.org/wsdl/soap/}'
BODY = '{http://schemas.xmlsoap.org/soap/envelope/}Body'
BIP = 'http://bip.bee.kz/'

# realpath: libxml2 takes one file under two names for two, and warns of the circular import
OURS = os.path.realpath(os.path.join(os.environ['SRCDIR'], 'wsdl'))
SHARED = os.environ['SHEPD_SHARED']
CHANNELS = ('SyncChannel', 'AsyncChannel', 'AsyncChannelClient')

# samples/shep: does the Body's child match the contract? (INDEX.md, column "valid")
SAMPLES = {
    'sync-gbdfl-request.unsigned.ncanode.xml': False,
    'sync-response-vshep-2025.signed-gost2015-issuerserial.xml': True,
    'redacted-sync-ensi-request.unsigned.xml': True,
    'redacted-sync-ensi-request.gost2004-structure-only.xml': True,
    'redacted-sync-esedo-docOutgoing.unsigned.xml': False,
    'redacted-sync-egkn-request.escaped-gost2004-structure-only.xml': True,
    'twin-sync-gbdfl-request.rsa-keyidentifier.xml': False,
    'twin-sync-gbdfl-response.signed-data-in-place.rsa-issuerserial.xml': False,
    'twin-async-notification.escaped-signed-payload.no-wsse.xml': True,
    'twin-async-notification.escaped-signed-payload.rsa-keyidentifier.xml': True,
    'constructed-pep-flow-1-request.gateway-to-participant.xml': True,
    'constructed-pep-flow-2-ack.participant-to-gateway.xml': True,
    'constructed-pep-flow-3-notification.participant-to-gateway.xml': True,
    'constructed-pep-flow-3b-notification.out-of-xsd-order.xml': False,
    'constructed-pep-flow-4-response.participant-to-gateway.xml': True,
    'constructed-async-nobd-request.xml': True,
    'constructed-eds-temp-files-upload.request.xml': False,
    'constructed-eds-temp-files-download.request.xml': False,
    'constructed-sync-erap-request.out-of-order-xsstring-with-children.xml': False,
    'constructed-async-client-changeMassageStatusNotification.request.xml': True,
    'constructed-async-client-changeMassageStatusNotification.response.xml': True,
    'constructed-async-getMessages.request.xml': True,
    'constructed-async-sendDeliveryNotification.request.xml': True,
}

# the Body's child is a Fault: what its detail holds must match
FAULTS = ('constructed-fault-sync-SCE006.xml', 'constructed-fault-async-SCE001.xml')

failures = []


def check(ok, what):
    print(('ok' if ok else 'FAILED') + ': ' + what)
    if not ok:
        failures.append(what)


def run(*command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def parse(path):
    """The root, with its namespace declarations (the files of the contract make them all there)."""
    bound = {}
    for event, value in ET.iterparse(path, ('start-ns', 'end')):
        if event == 'start-ns':
            bound[value[0]] = value[1]
    return ET.parse(path).getroot(), bound


def qname(text, bound):
    prefix, _, local = text.rpartition(':')
    return '{%s}%s' % (bound.get(prefix, ''), local)


def facets(simple, bound):
    restriction = simple.find(XS + 'restriction')
    found = [(child.tag.replace(XS, ''), child.get('value')) for child in restriction
             if child.tag != XS + 'annotation']
    return ('restriction', qname(restriction.get('base'), bound), tuple(sorted(found)))


def element(e, bound):
    if e.get('type'):
        kind = qname(e.get('type'), bound)
    elif e.find(XS + 'simpleType') is not None:
        kind = facets(e.find(XS + 'simpleType'), bound)
    else:
        kind = content(e.find(XS + 'complexType'), bound)
    return (e.get('name'), e.get('minOccurs', '1'), e.get('maxOccurs', '1'),
            e.get('nillable', 'false'), kind)


def content(complex_type, bound):
    assert {c.tag for c in complex_type} <= {XS + 'annotation', XS + 'sequence'}, 'only sequences'
    return tuple(element(e, bound) for e in complex_type.find(XS + 'sequence'))


def schema_model(files):
    model = {}
    for path in files:
        root, bound = parse(path)
        ns = root.get('targetNamespace')
        assert root.get('elementFormDefault', 'unqualified') == 'unqualified', path
        for e in root:
            if e.tag == XS + 'element':
                model['element', ns, e.get('name')] = element(e, bound)
            elif e.tag == XS + 'complexType':
                model['type', ns, e.get('name')] = content(e, bound)
            elif e.tag == XS + 'simpleType':
                model['type', ns, e.get('name')] = facets(e, bound)
    return model


def binding(b, bound):
    style = b.find(SOAP + 'binding')
    operations = []
    for o in b.findall(WSDL + 'operation'):
        soap = o.find(SOAP + 'operation')
        operations.append((o.get('name'), soap.get('soapAction'),
            o.find(WSDL + 'input').get('name'), o.find(WSDL + 'input/' + SOAP + 'body').get('use'),
            o.find(WSDL + 'output').get('name'), o.find(WSDL + 'output/' + SOAP + 'body').get('use'),
            [(f.get('name'), f.find(SOAP + 'fault').get('name'), f.find(SOAP + 'fault').get('use'))
             for f in o.findall(WSDL + 'fault')]))
    return (qname(b.get('type'), bound), style.get('style'), style.get('transport'), sorted(operations))


def port_type(p, bound):
    return sorted((o.get('name'),) + tuple(
        sorted((m.tag, m.get('name'), qname(m.get('message'), bound))
               for m in o if m.tag != WSDL + 'documentation'))
        for o in p.findall(WSDL + 'operation'))


def wsdl_model(files):
    model = {}
    for path in files:
        root, bound = parse(path)
        ns = root.get('targetNamespace')
        for e in root:
            name = (e.tag.replace(WSDL, ''), ns, e.get('name'))
            if e.tag == WSDL + 'message':
                model[name] = [(p.get('name'), qname(p.get('element'), bound)) for p in e]
            elif e.tag == WSDL + 'portType':
                model[name] = port_type(e, bound)
            elif e.tag == WSDL + 'binding':
                model[name] = binding(e, bound)
            elif e.tag == WSDL + 'service':
                model[name] = [(p.get('name'), qname(p.get('binding'), bound)) for p in e]
    return model


def differences(ours, theirs):
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            yield '%s: ours %s, published %s' % (key, ours.get(key), theirs.get(key))


def same(ours, theirs, least, what):
    found = list(differences(ours, theirs))
    for line in found:
        print('  ' + line)
    check(not found and len(theirs) >= least, '%s (%d things compared)' % (what, len(theirs)))


def our_xsd():
    return sorted(glob.glob(OURS + '/xsd/*.xsd'))


def our_wsdl():
    return sorted(glob.glob(OURS + '/*.wsdl'))


def one_schema(folder, files):
    """A schema in `folder` that takes in all of `files`, for xmllint."""
    path = os.path.join(folder, 'all.xsd')
    lines = ['<xs:import namespace="%s" schemaLocation="%s"/>' % (parse(f)[0].get('targetNamespace'), f)
             for f in files]
    with open(path, 'w', encoding='utf-8') as out:
        out.write('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">%s</xs:schema>' % ''.join(lines))
    return path


def compiles_alone():
    for path in our_xsd():
        answer = run('xmllint', '--noout', '--nonet', '--schema', path, path)
        check('fails to compile' not in answer.stdout and 'warning' not in answer.stdout.lower(),
              'libxml2 compiles xsd/' + os.path.basename(path))
    namespaces = [parse(f)[0].get('targetNamespace') for f in our_xsd()]
    check(len(set(namespaces)) == len(namespaces) == 7, 'one file a namespace, seven of them')


def wsdl2h_reads_each(folder):
    for channel in CHANNELS:
        answer = run('wsdl2h', '-c', '-L', '-o', os.path.join(folder, channel + '.h'),
                     os.path.join(OURS, channel + '.wsdl'))
        check(answer.returncode == 0 and os.path.exists(os.path.join(folder, channel + '.h')),
              'wsdl2h reads ' + channel)


def a_changed_copy_is_noticed(folder):
    """The comparison itself: each of these changes must show."""
    for old, new in ((' minOccurs="0" maxOccurs="unbounded"', ' minOccurs="0"'), (' nillable="true"', ''),
                     ('type="xs:dateTime"', 'type="xs:date"'), ('value="250"', 'value="255"'),
                     ('name="routeId"', 'name="routeID"'), ('SyncChannel/v10/Types/Request', 'x')):
        copy = os.path.join(folder, 'changed')
        shutil.copytree(OURS + '/xsd', copy)
        for path in glob.glob(copy + '/*.xsd'):
            with open(path, encoding='utf-8') as f:
                text = f.read()
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text.replace(old, new, 1))
        found = list(differences(schema_model(sorted(glob.glob(copy + '/*.xsd'))), schema_model(our_xsd())))
        check(found != [], 'a change is noticed: ' + old.strip())
        shutil.rmtree(copy)


def zeep_loads(folder):
    """An outside client reads the WSDL from its folder and builds a request with it."""
    program = os.path.join(folder, 'load.py')
    with open(program, 'w', encoding='utf-8') as f:
        f.write('import sys, zeep\n'
                'c = zeep.Client("file://" + sys.argv[1])\n'
                'for s in c.wsdl.services.values():\n'
                '    for p in s.ports.values():\n'
                '        print(*sorted(p.binding._operations))\n')
    want = {'SyncChannel': 'SendMessage', 'AsyncChannel':
            'getMessageStatus getMessages sendDeliveryNotification sendMessage',
            'AsyncChannelClient': 'changeMassageStatusNotification sendMessage'}
    if run('/usr/bin/python3', '-c', 'import zeep').returncode != 0:
        print('SKIPPED %d: python3-zeep is not installed' % len(CHANNELS))
        return
    for channel in CHANNELS:
        answer = run('/usr/bin/python3', program, os.path.join(OURS, channel + '.wsdl'))
        check(answer.stdout.strip() == want[channel], 'zeep loads %s: %s' % (channel, answer.stdout.strip()[-300:]))


def as_published():
    merged = sorted(glob.glob(SHARED + '/contract/merged-one-file-per-namespace/*.xsd'))
    published = SHARED + '/contract/as-published-capital-Types'
    same(schema_model(our_xsd()), schema_model(merged), 40, 'our XSDs say what the merged ones say')
    same(schema_model(our_xsd()), schema_model(sorted(glob.glob(published + '/*/v10/Types/*.xsd'))), 40,
         'our XSDs say what the published ones say')
    same(wsdl_model(our_wsdl()), wsdl_model(sorted(glob.glob(published + '/*/v10/Interfaces/*.wsdl'))), 25,
         'our WSDLs say what the published ones say')


def takes_the_same_samples(folder):
    merged = sorted(glob.glob(SHARED + '/contract/merged-one-file-per-namespace/*.xsd'))
    for who, files in (('ours', our_xsd()), ('theirs', merged)):
        schema = one_schema(folder, files)
        for name, valid in SAMPLES.items():
            body = ET.parse(os.path.join(SHARED, 'samples/shep', name)).getroot().find(BODY)
            path = os.path.join(folder, 'sample.xml')
            write_with_prefixes(os.path.join(SHARED, 'samples/shep', name), body, path)
            answer = run('xmllint', '--noout', '--nonet', '--schema', schema, path)
            check(answer.returncode == (0 if valid else 3),
                  '%s: %s is %svalid' % (who, name, '' if valid else 'not '))
        for name in FAULTS:
            fault = ET.parse(os.path.join(SHARED, 'samples/shep', name)).getroot().find(BODY)[0]
            path = os.path.join(folder, 'sample.xml')
            write_with_prefixes(os.path.join(SHARED, 'samples/shep', name), fault.find('detail'), path)
            answer = run('xmllint', '--noout', '--nonet', '--schema', schema, path)
            check(answer.returncode == 0, '%s: the detail of %s is valid' % (who, name))


def every_async_sample_is_listed():
    """A sample that is published later must not go unread; the unit tests of the codec name the same."""
    listed = set(SAMPLES) | set(FAULTS)
    for path in sorted(glob.glob(SHARED + '/samples/shep/*.xml')):
        name = os.path.basename(path)
        if re.search('async|pep-flow', name):
            check(name in listed, 'listed: ' + name)
            with_tests = [t for t in glob.glob(os.environ['SRCDIR'] + '/tests/unit/test_codec*.c')
                          if '"' + name + '"' in open(t, encoding='utf-8').read()]
            check(with_tests != [], 'read by a test of the codec: ' + name)


def write_with_prefixes(source, body, path):
    """The Body's child as a document. ElementTree renames prefixes, so those that stand in xsi:type are
    declared again: otherwise every xsi:type would be unknown for the wrong reason."""
    text = ET.tostring(body[0], encoding='unicode')
    with open(source, encoding='utf-8') as f:
        for prefix, uri in re.findall(r'xmlns:(\w+)="([^"]*)"', f.read()):
            head = text[:text.index('>')]
            if 'xmlns:%s=' % prefix not in head and re.search(r'type="%s:' % prefix, text):
                text = re.sub(r'^<([^\s>/]+)', r'<\1 xmlns:%s="%s"' % (prefix, uri), text, count=1)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix='contract.'))
        compiles_alone()
        wsdl2h_reads_each(folder)
        a_changed_copy_is_noticed(folder)
        zeep_loads(folder)
        if os.path.isdir(SHARED + '/contract'):
            as_published()
            takes_the_same_samples(folder)
            every_async_sample_is_listed()
        else:
            print('SKIPPED %d: no published contract to compare with' % (3 + 2 * len(SAMPLES) + 2 * len(FAULTS)))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
