"""The files of the name server that the panel runs for a cluster: CoreDNS."""

from clusters.core.zone import Zone, zone_lines

TTL = 30
COREFILE_PATH = "/etc/coredns/Corefile"
ZONE_PATH = "/etc/coredns/zone"


def corefile(domain: str, zone_path: str = ZONE_PATH) -> str:
    """Answer for the domain; ask the machine's own name servers for all the rest.

    The container of this server is not told to ask itself, so its /etc/resolv.conf
    leads to the engine and from there to the machine: no question comes back.
    """
    return (
        f"{domain}:53 {{\n"
        f"    file {zone_path}\n"
        "    errors\n"
        "}\n"
        ".:53 {\n"
        "    forward . /etc/resolv.conf\n"
        "    errors\n"
        "}\n"
    )


def zone_file(zone: Zone, serial: int, dns_address: str) -> str:
    """The zone with its own name server, whose name no member can have."""
    domain, name_server = f"{zone.domain}.", f"ns.dns.{zone.domain}."
    timers = f"{serial} 3600 600 86400 {TTL}"
    lines = (
        f"{domain} {TTL} IN SOA {name_server} hostmaster.{domain} {timers}",
        f"{domain} {TTL} IN NS {name_server}",
        f"{name_server} {TTL} IN A {dns_address}",
        *zone_lines(zone, TTL),
    )
    return "".join(f"{line}\n" for line in lines)
