package dev.jobfeed.feed;

import java.util.List;
import java.util.UUID;

/**
 * One answer of the sweep.
 *
 * @param ids postings that have expired; most are unknown here, because the list covers the whole index
 * @param next where the list goes on
 */
public record IdPage(List<UUID> ids, NextPage next) implements Answer.Page {}
