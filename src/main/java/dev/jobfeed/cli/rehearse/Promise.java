package dev.jobfeed.cli.rehearse;

import java.util.List;

/**
 * A promise of the bundle.
 *
 * @param name name on the command line
 * @param text the promise, as a sentence
 * @param steps ids, or beginnings of ids, of the steps that it depends on, the most important ones first
 * @param scenario shows whether it is kept
 */
record Promise(String name, String text, List<String> steps, Scenario scenario) {

    /** Plays a situation in which the promise matters. */
    @FunctionalInterface
    interface Scenario {

        /**
         * Plays the situation.
         *
         * @throws BrokenPromiseException if the promise is broken
         * @throws NotCheckedException if the routes lack what the promise is about
         */
        void play(Stages stages) throws Exception;
    }
}
