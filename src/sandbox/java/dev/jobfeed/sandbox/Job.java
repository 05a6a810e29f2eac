package dev.jobfeed.sandbox;

/** A job at one moment, as much as is needed to write it later without holding the lock. */
record Job(int number, int revision, long createdAt, long updatedAt) {}
