/**
 * What the sandbox's APIs share: requests, replies, errors, rate limits, and the hook for faults. Knows neither API.
 */
package dev.jobfeed.sandbox.http;
