package dev.jobfeed.bench.contender;

import java.util.List;

/**
 * Holds one response of the feed.
 *
 * @param next cursor of the next page; null on the last one
 */
record Page(List<Posting> postings, String next) {}
