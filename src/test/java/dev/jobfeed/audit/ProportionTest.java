package dev.jobfeed.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {

    /** Tests published values of the score interval, among them those of Brown, Cai and DasGupta for small samples. */
    @ParameterizedTest
    @CsvSource({
        "500, 500, 0.99238, 1",
        "498, 500, 0.98553, 0.99890",
        "94, 100, 0.87523, 0.97221",
        "8, 10, 0.49016, 0.94332",
        "0, 10, 0, 0.27753",
        "1, 1, 0.20655, 1"
    })
    void boundsAreThoseOfTheScoreInterval(int hits, int of, double lower, double upper) {
        Proportion proportion = new Proportion(hits, of);

        assertThat(proportion.lower()).isCloseTo(lower, within(0.00001));
        assertThat(proportion.upper()).isCloseTo(upper, within(0.00001)).isLessThanOrEqualTo(1);
    }

    @Test
    void withoutASampleThereAreNoBounds() {
        assertThat(Proportion.NONE.lower()).isNull();
        assertThat(Proportion.NONE.upper()).isNull();
        assertThat(Proportion.NONE.plus(true).plus(false)).isEqualTo(new Proportion(1, 2));
    }
}
