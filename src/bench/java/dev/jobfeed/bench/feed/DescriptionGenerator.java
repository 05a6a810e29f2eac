package dev.jobfeed.bench.feed;

import java.util.SplittableRandom;

/**
 * Generates the description of a job from invented words with the frequencies of a real text, so that it compresses
 * like one: about 2 to 1 on its own and 3 to 1 in a page.
 */
final class DescriptionGenerator {

    private static final int MIN_LENGTH = 3_500;
    private static final int MAX_LENGTH = 9_500;
    private static final String[] WORDS = words();

    private final int number;

    DescriptionGenerator(int number) {
        this.number = number;
    }

    private static String[] words() {
        String[] onsets = {"b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st"};
        String[] vowels = {"a", "e", "i", "o", "u", "ea", "ou", "io"};
        String[] codas = {"", "n", "r", "s", "t", "l", "ng", "d", "m"};
        SplittableRandom random = new SplittableRandom(1);
        String[] words = new String[6_000];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            // frequent words are short
            for (int syllables = i < 60 ? 1 : 1 + random.nextInt(i < 600 ? 2 : 4); syllables > 0; syllables--) {
                word.append(onsets[random.nextInt(onsets.length)])
                        .append(vowels[random.nextInt(vowels.length)])
                        .append(codas[random.nextInt(codas.length)]);
            }
            words[i] = word.toString();
        }
        return words;
    }

    String text(int revision) {
        SplittableRandom random = new SplittableRandom(number);
        int length = random.nextInt(MIN_LENGTH, MAX_LENGTH);
        StringBuilder text = new StringBuilder(length + 64);
        text.append("Revision ").append(revision).append(". ");
        int sentence = 0;
        while (text.length() < length) {
            String word = WORDS[randomRank(random)];
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

    /** Draws a rank by Zipf's law: the word of rank r occurs about once in r words. */
    private static int randomRank(SplittableRandom random) {
        return (int) Math.pow(WORDS.length, random.nextDouble()) - 1;
    }
}
