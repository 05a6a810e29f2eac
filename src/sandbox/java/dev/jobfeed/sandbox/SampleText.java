package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.jobfeed.sandbox.http.Json;

/**
 * The words that generated jobs and companies are made of, as they stand in {@code sample-text.json}. All of it is
 * invented; a value that stands there several times is drawn more often.
 *
 * @param levels output values as seen live, and what a title begins with
 */
record SampleText(
        Role[] roles,
        String[][] levels,
        String[] employmentTypes,
        String[] workplaceTypes,
        String[] sources,
        Location[] places,
        String[] responsibilities,
        String[] benefits,
        String[] education,
        String[] certifications,
        String[] softSkills,
        String[] nameFirst,
        String[] nameSecond,
        String[] nameLast,
        String[] industries,
        String[] categories,
        String[] companySizes,
        String[] fundingStages,
        String[] people,
        String[] sentences,
        String[] headings) {

    /** A kind of work: its title, the canonical title, and skills that go with it. */
    record Role(String title, String normalized, String[] skills) {}

    static final SampleText WORDS =
            Json.MAPPER.convertValue(Json.resource(SampleText.class, "sample-text.json"), SampleText.class);

    /** Paragraphs of a description, escaped for JSON, each ending with an empty line. */
    static final byte[][] PARAGRAPHS = paragraphs();

    private static byte[][] paragraphs() {
        SeededRandom draw = new SeededRandom(0, 0, 0);
        byte[][] paragraphs = new byte[72][];
        for (int i = 0; i < paragraphs.length; i++) {
            StringBuilder text = new StringBuilder();
            if (draw.oneIn(4)) {
                text.append(draw.pick(WORDS.headings)).append(":\n");
            }
            boolean list = draw.oneIn(5);
            int sentence = draw.below(WORDS.sentences.length);
            int step = 1 + 2 * draw.below(3);
            for (int sentences = 3 + draw.below(4); sentences > 0; sentences--) {
                text.append(list ? "• " : "").append(WORDS.sentences[sentence]).append(list ? '\n' : ' ');
                sentence = (sentence + step) % WORDS.sentences.length;
            }
            paragraphs[i] =
                    JsonStringEncoder.getInstance().quoteAsUTF8(text.toString().strip() + "\n\n");
        }
        return paragraphs;
    }
}
