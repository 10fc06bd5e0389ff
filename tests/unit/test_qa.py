"""Sample sizes, allocation and intervals."""

import pytest

from therex.qa.intervals import Stratum, finite, simple, stratified
from therex.qa.sizes import allocate, discovery_size, exact_size_for, size_for, size_for_mean


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


@pytest.mark.parametrize(("size", "why"), [(5, "strata require"), (5000, "larger")])
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
    with pytest.raises(ValueError, match="must have 0 <="):
        stratified(wrong)


@pytest.mark.parametrize(("errors", "sampled", "population"), [(0, 30, 500), (3, 40, 60), (10, 100, 400), (40, 40, 41), (5, 5, 5)])
def test_a_finite_interval_is_what_the_tails_of_the_hypergeometric_leave(errors, sampled, population):
    from scipy.stats import hypergeom

    found = finite(errors, sampled, population)
    # by trying every number of errors that the population can hold
    tried = [
        bad for bad in range(errors, population - sampled + errors + 1)
        if hypergeom.sf(errors - 1, population, bad, sampled) > 0.025 and hypergeom.cdf(errors, population, bad, sampled) > 0.025
    ]  # fmt: skip
    assert (found.low, found.high) == (tried[0] / population, tried[-1] / population)


def test_a_finite_interval_of_a_large_population_is_that_of_clopper_and_pearson():
    large, endless = finite(10, 100, 1_000_000), simple(10, 100)
    assert large.low == pytest.approx(endless.low, abs=1e-4) and large.high == pytest.approx(endless.high, abs=1e-4)


def test_a_rate_among_some_of_the_notes_drawn_is_a_ratio():
    # a therapist with 10 of 30 in a large clinic, and 20 of 30 in a small one
    found = stratified([Stratum(900, 30, 1, members=10), Stratum(100, 30, 10, members=20)])
    assert found.estimate == pytest.approx((30 * 1 + 10 / 3 * 10) / (30 * 10 + 10 / 3 * 20))
    assert found.low < found.estimate < found.high and found.effective < 30


def test_members_who_are_all_of_the_sample_change_nothing():
    whole = [Stratum(900, 30, 3), Stratum(100, 30, 15)]
    assert stratified(whole) == stratified([Stratum(900, 30, 3, members=30), Stratum(100, 30, 15, members=30)])


def test_none_of_the_notes_drawn_belonging_is_refused():
    with pytest.raises(ValueError, match="none of the notes"):
        stratified([Stratum(900, 30, 0, members=0)])


@pytest.mark.parametrize(
    ("rate", "confidence", "population", "size"), [(0.05, 0.95, 2000, 58), (0.01, 0.95, 10_000, 294), (0.10, 0.90, 50, 18)]
)
def test_a_discovery_sample_is_as_small_as_it_may_be(rate, confidence, population, size):
    from math import ceil, comb

    bad = ceil(rate * population)
    found = discovery_size(rate, confidence, population)
    none = lambda n: comb(population - bad, n) / comb(population, n)  # noqa: E731
    assert found == size and none(found) <= 1 - confidence < none(found - 1)


def test_the_exact_size_is_one_whose_interval_is_narrow_enough():
    n = exact_size_for(0.1, 0.05, 0.95, 2000)
    found = finite(round(n * 0.1), n, 2000)
    assert found.high - found.low <= 0.1 and size_for(0.1, 0.05, 0.95, 2000) <= n < 1.3 * size_for(0.1, 0.05, 0.95, 2000)


def test_the_size_for_a_mean_amount():
    # Cochran 1977, 4.7: (1.96 * 20 / (0.1 * 50))^2 = 61.5
    assert size_for_mean(50, 20, 0.1) == 62 and size_for_mean(50, 20, 0.1, population=100) == 39
