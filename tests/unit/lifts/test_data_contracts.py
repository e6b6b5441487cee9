"""What a contract asks of a column."""

from __future__ import annotations

import pytest

pd = pytest.importorskip("pandas")

from jupyter_mlops.lifts.testing.columns import rule, rules  # noqa: E402


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("age", [18, 30, 60, 90], "Column(int, Check.in_range(0, 126))"),
        ("change", [-2.0, 1.0, 0.5, 2.0], "Column(float, Check.in_range(-4, 4))"),
        ("debt", [-8.5, -0.5, -1.0], "Column(float, Check.in_range(-12.5, 0))"),
        ("same", [7, 7, 7], "Column(int, Check.in_range(3, 11))"),
        ("label", [0, 1] * 20, "Column(int, Check.isin([0, 1]))"),
        ("label", [0.0, 1.0] * 20, "Column(float, Check.isin([0, 1]))"),
        ("city", ["Rome", "Oslo"] * 20, 'Column(str, Check.isin(["Oslo", "Rome"]))'),
        ("name", ["a", "b", "c", "d"], "Column(str)"),
        ("day", ["2024-01-01", "2024-01-02"], r'Column(str, Check.str_matches(r"^\d{4}-\d{2}-\d{2}$"))'),
        ("ok", [True, False, True], "Column(bool)"),
        ("customer_id", list(range(5, 25)), "Column(int, Check.ge(0), unique=True)"),
        ("customerID", [f"c{n}" for n in range(20)], "Column(str, unique=True)"),
        ("paid", list(range(20)), "Column(int, Check.in_range(0, 29))"),
        ("id", [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "Column(int, Check.in_range(0, 15))"),
        ("x", [1.0, None, 3.0, 2.0], "Column(float, [Check.in_range(0, 4), present(0.62)], nullable=True)"),
        ("x", [None, None], "Column(nullable=True)"),
        ("x", ["a", 1, "b"], "Column()"),
    ],
)  # fmt: skip
def test_a_rule_says_what_was_seen_with_room_to_spare(name: str, values: list[object], expected: str) -> None:
    assert rule(pd.Series(values, name=name)) == expected


@pytest.mark.parametrize("values", [[0.00012345, 98765.4321], [1e-9, 3e-9], [123456789, 987654321], [-1.5, -1.49]])
def test_rounding_never_shuts_out_what_was_seen(values: list[float]) -> None:
    pandera = pytest.importorskip("pandera.pandas")
    column = pd.Series(values, name="x")
    found = eval(rule(column), {"Column": pandera.Column, "Check": pandera.Check})
    found.set_name("x").validate(column.to_frame())


def test_columns_of_a_very_wide_table_share_a_rule() -> None:
    frame = pd.DataFrame({f"p{n}": [n, n + 1] for n in range(200)})
    ((names, shared),) = rules(frame)
    assert len(names) == 200
    assert shared == "Column(int, Check.in_range(0, 300))"
