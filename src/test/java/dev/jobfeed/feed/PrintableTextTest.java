package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTextTest {

    @Test
    void printableTextIsKept() {
        String text = "Müller & Söhne 🎈 «7,000 €»";

        assertThat(PrintableText.of(text)).isSameAs(text);
        assertThat(PrintableText.of(null)).isNull();
    }

    @Test
    void controlCharactersAreEscaped() {
        assertThat(PrintableText.of("a\u001b[2Jb\r\nc\td\u009be\u0000"))
                .isEqualTo("a\\u001b[2Jb\\u000d\\nc\\u0009d\\u009be\\u0000");
        assertThat(PrintableText.of("\u202Eabc\u2066\u2028\u2029")).isEqualTo("\\u202eabc\\u2066\\u2028\\u2029");
        assertThat(PrintableText.of("a\uD83D")).isEqualTo("a\\ud83d");
    }
}
