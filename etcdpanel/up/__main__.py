"""`python -m etcdpanel.up run | demo | stop | demo-clean`."""

import sys

from etcdpanel.up.console import BAD_SETTING, LaunchError, complain

USAGE = "usage: python -m etcdpanel.up run | demo | stop | demo-clean"


def call(command: str, arguments: list[str]) -> None:
    match command, arguments:
        case "run", []:
            from etcdpanel.up.run import run

            run()
        case "run", ["--report-to", descriptor]:
            from etcdpanel.up.run import run

            run(report_to=int(descriptor))
        case "stop", []:
            from etcdpanel.up.background import stop

            stop()
        case "demo", []:
            from etcdpanel.up.demo import demo

            demo()
        case "demo-clean", []:
            from etcdpanel.up.demo import clean

            clean()
        case _:
            raise LaunchError(USAGE, code=BAD_SETTING)


def main() -> int:
    try:
        call("".join(sys.argv[1:2]), sys.argv[2:])
    except LaunchError as error:
        complain(error.whole())
        return error.code
    except Exception as error:
        # Known by name, for only Django can name the class.
        if type(error).__name__ != "ImproperlyConfigured":
            raise
        complain(str(error))
        return BAD_SETTING
    return 0


if __name__ == "__main__":
    sys.exit(main())
