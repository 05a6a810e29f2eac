/**
 * A local stand-in for the Jobo Enterprise API, with deterministic data that can be changed,
 * and that tests can compare with.
 *
 * <p>It shares no code with the rest of the project: a mistake about the API that both sides made would
 * never be found.
 */
package dev.jobfeed.sandbox;
