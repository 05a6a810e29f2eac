package dev.jobfeed.cli.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests how the edits of a route file are described. */
class StepEditTest {

    private static final String SHIPPED = """
            - route:
                id: one
                description: One
                from:
                  id: one-start
                  uri: direct:one
                  steps:
                    - log:
                        id: one-a
                        message: a
                    - filter:
                        id: one-b
                        expression:
                          constant: "true"
                        steps:
                          - log:
                              id: one-c
                              message: c
                    - log:
                        id: one-d
                        message: d
            """;

    private static String edits(String edited) {
        return String.join(
                "; ",
                StepEdit.between("f", SHIPPED, edited).stream()
                        .map(StepEdit::text)
                        .toList());
    }

    @Test
    void uneditedFileHasNoEdits() {
        assertThat(edits(SHIPPED)).isEmpty();
        assertThat(edits(SHIPPED.replace("description: One", "description: Uno")))
                .isEmpty();
    }

    @Test
    void innermostStepIsNamed() {
        assertThat(edits(SHIPPED.replace("message: c", "message: x"))).isEqualTo("one-c, changed in f");
        assertThat(edits(SHIPPED.replace("one-d", "one-e"))).isEqualTo("one-d, missing in f; one-e, new in f");
        assertThat(edits(SHIPPED.replace("constant: \"true\"", "constant: \"false\"")))
                .isEqualTo("one-b, changed in f");
    }

    @Test
    void stepAtAnotherPositionIsMoved() {
        String log = "        - log:\n            id: one-d\n            message: d\n";
        assertThat(edits(SHIPPED.replace(log, "")
                        .replace(
                                "      steps:\n        - log:\n            id: one-a",
                                "      steps:\n" + log + "        - log:\n            id: one-a")))
                .isEqualTo("one-d, moved in f");
    }

    @Test
    void addedFileHasNewStepsOnly() {
        assertThat(StepEdit.between("f", "", SHIPPED)).hasSize(6).allMatch(edit -> edit.change()
                .equals("new"));
    }
}
