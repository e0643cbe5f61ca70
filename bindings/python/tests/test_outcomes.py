"""What batches and figures tell besides what the conformance script compares."""

from __future__ import annotations

from headcount import Batch, Directory


def test_a_batch_names_the_workspaces_that_it_leaves_without_an_owner() -> None:
    with Directory.in_memory() as users:
        users.create_user("ann@ex.co")
        lab = users.create_workspace("Lab", owner="ann@ex.co")
        assert users.apply(Batch().update_user("ann@ex.co", given_name="Ann")).ownerless == ()
        leave = Batch(allow_ownerless=True, request_id="00000000-0000-4000-8000-000000000001")
        leave.deactivate_user("ann@ex.co")
        assert users.dry_run(leave).ownerless == (lab.id,)
        assert users.apply(leave).ownerless == (lab.id,)
        assert users.apply(leave).ownerless == ()  # It was replayed.


def test_figures_have_the_latency_of_commits() -> None:
    with Directory.in_memory() as users:
        none = users.stats().commit_latency
        assert (none.count, none.sum_micros, none.p999_micros) == (0, 0, 0)
        for i in range(4):
            users.create_user(f"u{i}@ex.co")
        some = users.stats().commit_latency
        assert some.count == users.stats().commit_requests == 4
        assert 0 < some.p50_micros <= some.p90_micros <= some.p99_micros <= some.p999_micros
        assert some.p50_micros <= some.sum_micros * 9 / 8 + 8
