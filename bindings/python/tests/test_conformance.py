"""The binding does what the script of all bindings says."""

from __future__ import annotations

import conformance


def test_the_binding_does_what_the_script_says() -> None:
    passed, failures = conformance.run_all(conformance.SCRIPTS)
    print(f"{passed} passed, {len(failures)} failed")
    assert not failures, "\n".join(failures)
    assert passed == 95


def test_each_planted_error_is_found() -> None:
    passed, failures = conformance.run_all(conformance.SCRIPTS / "planted")
    assert passed == 0
    assert len(failures) == 40
