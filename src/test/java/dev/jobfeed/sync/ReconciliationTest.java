package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which jobs that a resync did not deliver expire without an operator. */
class ReconciliationTest {

    @ParameterizedTest(name = "{0} of {1} missing, {2} of {3} received")
    @CsvSource({
        "10, 10, 0,",
        "11, 55, 44,",
        "20, 100, 80,",
        "200000, 1000000, 800000,",
        "1, 1000, 900, 1000",
        "0, 0, 0, 0",
        "5, 100, 95, 100"
    })
    void fewMissingJobsExpire(long missing, long active, long received, Long estimated) {
        assertThat(Reconciliation.holdReason(missing, active, received, estimated))
                .isNull();
    }

    @ParameterizedTest(name = "{0} of {1} missing")
    @CsvSource({"11, 54", "21, 100", "1000000, 1000000"})
    void moreThanTenJobsAndAFifthWaitForApproval(long missing, long active) {
        assertThat(Reconciliation.holdReason(missing, active, active - missing, null))
                .isEqualTo("that is more than 20 %");
    }

    @ParameterizedTest(name = "{0} of {1} received")
    @CsvSource({"899, 1000", "0, 1", "89, 100"})
    void missingJobsWaitIfLessThanNineTenthsOfTheEstimateArrived(long received, long estimated) {
        assertThat(Reconciliation.holdReason(1, 1_000_000, received, estimated))
                .isEqualTo("only " + received + " of about " + estimated + " announced jobs arrived");
    }
}
