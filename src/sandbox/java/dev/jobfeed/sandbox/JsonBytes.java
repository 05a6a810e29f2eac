package dev.jobfeed.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * A growing buffer of UTF-8 JSON.
 *
 * <p>A feed page is several megabytes; most of it is copied from prepared bytes, which no general JSON
 * generator does as cheaply.
 */
final class JsonBytes {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private byte[] bytes;
    private int length;

    JsonBytes(int capacity) {
        bytes = new byte[capacity];
    }

    /** The string as it stands between its quotes in JSON. */
    static byte[] escaped(String text) {
        return new JsonBytes(text.length() + 16).inner(text).toByteArray();
    }

    void clear() {
        length = 0;
    }

    int length() {
        return length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    JsonBytes raw(byte[] piece) {
        return raw(piece, 0, piece.length);
    }

    JsonBytes raw(byte[] piece, int from, int to) {
        room(to - from);
        System.arraycopy(piece, from, bytes, length, to - from);
        length += to - from;
        return this;
    }

    /** Appends ASCII as it is. */
    JsonBytes raw(String ascii) {
        int n = ascii.length();
        room(n);
        for (int i = 0; i < n; i++) {
            bytes[length + i] = (byte) ascii.charAt(i);
        }
        length += n;
        return this;
    }

    JsonBytes raw(char ascii) {
        room(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    /** Appends a JSON string, or null. */
    JsonBytes text(String value) {
        return value == null ? raw("null") : raw('"').inner(value).raw('"');
    }

    JsonBytes inner(String value) {
        int n = value.length();
        room(6 * n);
        for (int i = 0; i < n; i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                bytes[length++] = '\\';
                bytes[length++] = (byte) c;
            } else if (c == '\n') {
                bytes[length++] = '\\';
                bytes[length++] = 'n';
            } else if (c < 0x20) {
                raw("\\u00").hex(c, 2);
            } else if (c < 0x80) {
                bytes[length++] = (byte) c;
            } else {
                int point = value.codePointAt(i);
                raw(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(point) - 1;
            }
        }
        return this;
    }

    JsonBytes texts(String... values) {
        raw('[');
        for (int i = 0; i < values.length; i++) {
            (i == 0 ? this : raw(',')).text(values[i]);
        }
        return raw(']');
    }

    JsonBytes number(long value) {
        if (value < 0) {
            return raw('-').number(-value);
        }
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return padded(value, digits);
    }

    JsonBytes id(UUID id) {
        room(38);
        long high = id.getMostSignificantBits();
        long low = id.getLeastSignificantBits();
        return raw('"').hex(high >>> 32, 8)
                .raw('-')
                .hex(high >>> 16, 4)
                .raw('-')
                .hex(high, 4)
                .raw('-')
                .hex(low >>> 48, 4)
                .raw('-')
                .hex(low, 12)
                .raw('"');
    }

    /** Appends a UTC time with six digits of a second, as created_at and updated_at have them. */
    JsonBytes micros(long epochMicros) {
        return seconds(Math.floorDiv(epochMicros, 1_000_000L))
                .raw('.')
                .padded(Math.floorMod(epochMicros, 1_000_000L), 6)
                .raw("Z\"");
    }

    /** Appends a UTC time with three digits of a second, as date_posted has them. */
    JsonBytes millis(long epochMillis) {
        return seconds(Math.floorDiv(epochMillis, 1000L))
                .raw('.')
                .padded(Math.floorMod(epochMillis, 1000L), 3)
                .raw("Z\"");
    }

    private JsonBytes seconds(long epochSecond) {
        long day = Math.floorDiv(epochSecond, 86_400L);
        long second = Math.floorMod(epochSecond, 86_400L);
        // civil date from a day number, counted from 1 March 0000 so that leap days come last
        long z = day + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        long doe = z - era * 146_097;
        long yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        long mp = (5 * doy + 2) / 153;
        long month = mp < 10 ? mp + 3 : mp - 9;
        long year = yoe + era * 400 + (month <= 2 ? 1 : 0);
        return raw('"').padded(year, 4)
                .raw('-')
                .padded(month, 2)
                .raw('-')
                .padded(doy - (153 * mp + 2) / 5 + 1, 2)
                .raw('T')
                .padded(second / 3600, 2)
                .raw(':')
                .padded(second / 60 % 60, 2)
                .raw(':')
                .padded(second % 60, 2);
    }

    private JsonBytes padded(long value, int digits) {
        room(digits);
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = (byte) ('0' + value % 10);
            value /= 10;
        }
        length += digits;
        return this;
    }

    private JsonBytes hex(long value, int digits) {
        room(digits);
        for (int i = length + digits - 1; i >= length; i--) {
            bytes[i] = HEX[(int) (value & 15)];
            value >>>= 4;
        }
        length += digits;
        return this;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length + more, bytes.length + (bytes.length >> 1)));
        }
    }
}
