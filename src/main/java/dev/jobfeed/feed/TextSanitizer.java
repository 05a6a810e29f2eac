package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;

/** Text as every database takes it: U+0000 and lone surrogates become U+FFFD, everything else stays. */
final class TextSanitizer {

    private static final char REPLACEMENT = '\uFFFD';

    private TextSanitizer() {}

    static String of(String text) {
        int at = firstUnstorable(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder repaired = new StringBuilder(text);
        while (at >= 0) {
            repaired.setCharAt(at, REPLACEMENT);
            at = firstUnstorable(repaired, at + 1);
        }
        return repaired.toString();
    }

    /** The text that a parser stands on. */
    static String of(JsonParser text) throws IOException {
        return isStorable(text.getTextCharacters(), text.getTextOffset(), text.getTextLength())
                ? text.getText()
                : of(text.getText());
    }

    /**
     * Whether a text is sure to be storable as it is; one with a character from the surrogates on is looked at more closely.
     * One comparison a character, for it sees all of an answer: U+0000 less one is the last of them.
     */
    static boolean isStorable(char[] text, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if ((char) (text[i] - 1) >= Character.MIN_SURROGATE - 1) {
                return false;
            }
        }
        return true;
    }

    /** Whether every database takes a JSON number as one; PostgreSQL, "Numeric Types": numeric, with room to spare. */
    static boolean isNumber(String literal) {
        if (literal.length() > 100_000) {
            return false;
        }
        if (literal.indexOf('e') < 0 && literal.indexOf('E') < 0) {
            return true;
        }
        try {
            BigDecimal number = new BigDecimal(literal);
            return number.precision() - (long) number.scale() <= 100_000 && number.scale() <= 10_000;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Whether a literal is a number at all: NaN and Infinity, which are read though JSON has none, end in a letter. */
    static boolean isFinite(String literal) {
        return Character.isDigit(literal.charAt(literal.length() - 1));
    }

    private static int firstUnstorable(CharSequence text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isLowSurrogate(c)) {
                return i;
            }
            if (Character.isHighSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
