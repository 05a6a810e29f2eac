package dev.jobfeed.bench.contender;

import java.util.List;

/**
 * One answer of the feed.
 *
 * @param next the cursor of the page behind it; null on the last one
 */
record Page(List<Posting> postings, String next) {}
