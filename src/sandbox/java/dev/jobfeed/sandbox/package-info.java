/**
 * A local stand-in for the Jobo Enterprise API, with a world of jobs that is deterministic, can be moved,
 * and tells the truth about itself.
 *
 * <p>It shares no code with the rest of the project: a mistake about the API that both sides made would
 * never be found.
 */
package dev.jobfeed.sandbox;
