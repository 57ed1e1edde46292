"""A workload written with py-spiffe. Prints what it got as JSON lines; says on stderr why it ends."""

import base64
import json
import queue
import sys

from cryptography.hazmat.primitives.serialization import Encoding
from spiffe import JwtSvid, WorkloadApiClient
from spiffe.errors import PySpiffeError


def main(command, *arguments):
    commands = {'x509': x509, 'watch': watch, 'jwt': jwt, 'bundles': bundles}
    with_socket_of_environment = WorkloadApiClient(default_timeout=20)
    try:
        commands[command](with_socket_of_environment, *arguments)
    except PySpiffeError as refused:
        sys.exit(str(refused))
    finally:
        with_socket_of_environment.close()


def x509(client):
    say(line_of(client.fetch_x509_context()))


def watch(client):
    """Ends well once the default identity has another certificate than at first."""
    updates = queue.Queue()
    stream = client.stream_x509_contexts(updates.put, updates.put)
    first = None
    while True:
        update = updates.get(timeout=60)
        if isinstance(update, Exception):
            raise update
        say(line_of(update))
        serial = update.default_svid.leaf.serial_number
        if first is not None and serial != first:
            return stream.cancel()
        first = first or serial


def jwt(client, audience, another):
    svid = client.fetch_jwt_svid({audience})
    bundle = client.fetch_jwt_bundles().get_bundle_for_trust_domain(svid.spiffe_id.trust_domain)
    local = JwtSvid.parse_and_validate(svid.token, bundle, {audience})
    remote = client.validate_jwt_svid(svid.token, audience)
    say({
        'spiffeId': str(svid.spiffe_id),
        'audience': sorted(svid.audience),
        'locally': str(local.spiffe_id),
        'remotely': str(remote.spiffe_id),
        'localRefusal': refusal(lambda: JwtSvid.parse_and_validate(svid.token, bundle, {another})),
        'remoteRefusal': refusal(lambda: client.validate_jwt_svid(svid.token, another)),
    })


def bundles(client):
    x509_bundles = client.fetch_x509_bundles().bundles
    jwt_bundles = client.fetch_jwt_bundles().bundles
    say({
        'x509': {one.trust_domain.name: base64_of(one.x509_authorities) for one in x509_bundles},
        'jwt': {one.trust_domain.name: sorted(one.jwt_authorities) for one in jwt_bundles},
    })


def line_of(context):
    return {
        'svids': [
            {'spiffeId': str(svid.spiffe_id), 'chain': base64_of(svid.cert_chain)}
            for svid in context.x509_svids
        ],
        'bundles': {
            one.trust_domain.name: base64_of(one.x509_authorities)
            for one in context.x509_bundle_set.bundles
        },
    }


def base64_of(certificates):
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates]


def refusal(attempt):
    try:
        attempt()
    except PySpiffeError as refused:
        return str(refused)
    return ''


def say(line):
    print(json.dumps(line), flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
