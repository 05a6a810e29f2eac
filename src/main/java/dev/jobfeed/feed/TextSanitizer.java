package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * Replaces characters that a database may reject: U+0000 and lone surrogates become U+FFFD, everything else is kept.
 */
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

    /** Returns the parser's current text, sanitized. */
    static String of(JsonParser text) throws IOException {
        return isStorable(text.getTextCharacters(), text.getTextOffset(), text.getTextLength())
                ? text.getText()
                : of(text.getText());
    }

    /**
     * Returns whether a text can certainly be stored unchanged. A text with a character at or above the surrogates
     * needs a closer check. Uses one comparison per character, because every text of a response passes through here:
     * U+0000 minus one wraps to the largest character.
     */
    static boolean isStorable(char[] text, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if ((char) (text[i] - 1) >= Character.MIN_SURROGATE - 1) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns whether every database accepts a JSON number as a number. Source: PostgreSQL, "Numeric Types": numeric,
     * with a margin.
     */
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

    /**
     * Returns whether a literal is a number. NaN and Infinity, which are accepted although JSON has none, end in a
     * letter.
     */
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
