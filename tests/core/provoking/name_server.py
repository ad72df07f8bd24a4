"""A real name server of one zone, and a command that runs beside it.

    python name_server.py MOOD ZONE_FILE COMMAND …

MOOD is "answers", "servfail" or "silent".

Meant for a network namespace of its own: it listens at port 53 of 127.0.0.1. It needs
nothing but dnspython, and ends with the command, with its exit code.
"""

import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.zone

ORIGIN = "ex.test."


class Answer(socketserver.BaseRequestHandler):
    """One question by UDP, answered from the zone, with its targets' addresses."""

    zone: dns.zone.Zone
    mood = "answers"

    def handle(self) -> None:
        packet, socket = self.request
        if self.mood == "silent":
            return
        asked = dns.message.from_wire(packet)
        (question,) = asked.question
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.AA
        found = self._find(question.name, question.rdtype)
        if self.mood == "servfail":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found is not None:
            answer.answer.append(found)
        elif not self._exists(question.name):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        socket.sendto(answer.to_wire(), self.client_address)

    def _find(self, name, kind):
        if not self._exists(name):
            return None
        return self.zone.get_rrset(name, kind)

    def _exists(self, name) -> bool:
        return (
            name.is_subdomain(self.zone.origin) and self.zone.get_node(name) is not None
        )


def main(mood: str, zone_file: str, *command: str) -> int:
    Answer.mood = mood
    text = f"@ 60 IN SOA ns hostmaster 1 60 60 60 60\n{Path(zone_file).read_text()}"
    Answer.zone = dns.zone.from_text(text, ORIGIN, relativize=False, check_origin=False)
    server = socketserver.ThreadingUDPServer(("127.0.0.1", 53), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
