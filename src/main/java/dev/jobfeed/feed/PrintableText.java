package dev.jobfeed.feed;

import java.util.Locale;

/**
 * Text of a server as a log, an alert or a terminal may show it: on one line, and without characters that control a
 * terminal or the direction of writing.
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
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (!isHidden(c)) {
                shown.appendCodePoint(c);
            } else if (c == '\n') {
                shown.append("\\n");
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return shown.toString();
    }

    private static boolean isHidden(int c) {
        return Character.isISOControl(c)
                || c >= 0x2028 && c <= 0x202E
                || c >= 0x2066 && c <= 0x2069
                || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
    }
}
