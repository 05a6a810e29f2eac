package dev.jobfeed.feed;

import java.util.Locale;

/**
 * Makes text from a server safe for logs, alerts and terminals: one line, without characters that control a terminal or
 * the writing direction.
 */
public final class PrintableText {

    private PrintableText() {}

    /**
     * Escapes control characters, line and paragraph separators, bidirectional controls and lone surrogates as in JSON.
     *
     * @param text nullable
     * @return the same text when there is nothing to escape; null for null
     */
    public static String of(String text) {
        if (text == null || text.codePoints().noneMatch(PrintableText::isHidden)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (!isHidden(c)) {
                escaped.appendCodePoint(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return escaped.toString();
    }

    /** Joins the lines of a text with spaces. */
    public static String inOneLine(String text) {
        return text.strip().replaceAll("\\s*\n\\s*", " ");
    }

    private static boolean isHidden(int c) {
        return Character.isISOControl(c)
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069
                || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }
}
