"""List discovery stores on the command line."""

from argparse import Namespace
from dataclasses import asdict

from django.utils.translation import gettext_noop

from clusters import queries
from clusters.management.asking import Exit, PanelCommand
from clusters.management.stores import store_table


class Command(PanelCommand):
    """One line a store; then why one can not be used."""

    help = gettext_noop("List discovery stores, and whether they can be used.")

    def ask(self, given: Namespace) -> Exit:
        stores = queries.store_list()
        if given.json:
            self.print_json([asdict(store) for store in stores])
            return Exit.DONE
        for line in store_table(stores):
            self.say(line)
        for store in stores:
            if store.reason:
                self.say(f"{store.name}: {store.reason} {store.cure}".rstrip())
        return Exit.DONE
