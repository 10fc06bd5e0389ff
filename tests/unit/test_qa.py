"""Sample sizes, allocation and intervals."""

import pytest

from therex.qa.intervals import Stratum, simple, stratified
from therex.qa.sizes import allocate, size_for


@pytest.mark.parametrize(("population", "size"), [(100, 80), (500, 218), (1000, 278), (10_000, 370), (None, 385)])
def test_sizes_are_those_of_krejcie_and_morgan(population, size):
    # 1970, table 1: rate 0.5, precision 0.05, confidence 0.95; the table rounds to the nearest
    assert abs(size_for(0.5, 0.05, 0.95, population) - size) <= 1


def test_a_size_beyond_the_population_is_all_of_it():
    assert size_for(0.5, 0.01, 0.99, 40) == 40


@pytest.mark.parametrize("wrong", [(0.0, 0.05), (0.5, 0.0), (1.0, 0.1)])
def test_a_share_outside_its_range_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        size_for(*wrong)


def test_allocation():
    assert allocate(100, [600, 300, 100]) == [60, 30, 10]
    assert allocate(9, [600, 300, 100], "equal") == [3, 3, 3]
    assert allocate(30, [600, 300, 3], "equal") == [14, 13, 3]
    assert allocate(20, [1000, 10, 10]) == [16, 2, 2]
    neyman = allocate(60, [500, 500], "neyman", [0.5, 0.05])
    assert sum(neyman) == 60 and neyman[0] > 2 * neyman[1]


@pytest.mark.parametrize(("size", "why"), [(5, "strata want"), (5000, "larger")])
def test_an_allocation_that_cannot_be(size, why):
    with pytest.raises(ValueError, match=why):
        allocate(size, [600, 300, 100])


def test_an_exact_interval_is_that_of_the_tables():
    # Clopper and Pearson for 0 and for 10 of 100
    none, ten = simple(0, 100), simple(10, 100)
    assert none.low == 0 and none.high == pytest.approx(0.0362, abs=1e-4)
    assert (ten.low, ten.high) == (pytest.approx(0.0490, abs=1e-4), pytest.approx(0.1762, abs=1e-4))


def test_a_stratified_estimate_is_weighted():
    found = stratified([Stratum(900, 30, 3), Stratum(100, 30, 15)])
    assert found.estimate == pytest.approx(0.9 * 0.1 + 0.1 * 0.5)
    assert found.low < found.estimate < found.high and found.effective < 60


def test_a_census_leaves_little_doubt():
    assert stratified([Stratum(50, 50, 5), Stratum(50, 50, 5)]).effective == 100


def test_no_error_found_is_not_no_error():
    found = stratified([Stratum(500, 15, 0), Stratum(500, 15, 0)])
    assert found.estimate == 0 and found.high > 0.1


@pytest.mark.parametrize("wrong", [[], [Stratum(5, 0, 0)], [Stratum(5, 6, 1)], [Stratum(5, 3, 4)]])
def test_a_sample_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="want 0 <="):
        stratified(wrong)
