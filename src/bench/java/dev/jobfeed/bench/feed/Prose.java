package dev.jobfeed.bench.feed;

import java.util.SplittableRandom;

/**
 * The description of a job, in words of no language. Words are drawn as unevenly as in a real text, so that it
 * compresses like one: about 2 to 1 by itself and 3 to 1 in a page.
 */
final class Prose {

    private static final int SHORTEST = 3_500;
    private static final int LONGEST = 9_500;
    private static final String[] WORDS = words();

    private final int number;

    Prose(int number) {
        this.number = number;
    }

    private static String[] words() {
        String[] starts = {"b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st"};
        String[] middles = {"a", "e", "i", "o", "u", "ea", "ou", "io"};
        String[] ends = {"", "n", "r", "s", "t", "l", "ng", "d", "m"};
        SplittableRandom random = new SplittableRandom(1);
        String[] words = new String[6_000];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            // frequent words are short ones
            for (int syllables = i < 60 ? 1 : 1 + random.nextInt(i < 600 ? 2 : 4); syllables > 0; syllables--) {
                word.append(starts[random.nextInt(starts.length)])
                        .append(middles[random.nextInt(middles.length)])
                        .append(ends[random.nextInt(ends.length)]);
            }
            words[i] = word.toString();
        }
        return words;
    }

    String text(int revision) {
        SplittableRandom random = new SplittableRandom(number);
        int length = random.nextInt(SHORTEST, LONGEST);
        StringBuilder text = new StringBuilder(length + 64);
        text.append("Revision ").append(revision).append(". ");
        int sentence = 0;
        while (text.length() < length) {
            String word = WORDS[rank(random)];
            if (sentence == 0) {
                text.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
                sentence = random.nextInt(5, 20);
            } else {
                text.append(word);
            }
            sentence--;
            text.append(sentence > 0 ? " " : random.nextInt(5) == 0 ? ".\n\n" : ". ");
        }
        return text.toString();
    }

    /** Zipf's law: the word of rank r comes about once in r words. */
    private static int rank(SplittableRandom random) {
        return (int) Math.pow(WORDS.length, random.nextDouble()) - 1;
    }
}
