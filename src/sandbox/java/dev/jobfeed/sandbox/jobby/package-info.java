/**
 * A local stand-in for the Jobby.dev REST API v1, served beside the stand-in for the Jobo API: a job fair
 * with live events, queues and matches that changes on request, and webhooks that are really delivered.
 *
 * <p>It shares no code with the rest of the project: a mistake about the API that both sides made would
 * never be found. Where the API's documentation is silent, the class that had to choose says so.
 */
package dev.jobfeed.sandbox.jobby;
