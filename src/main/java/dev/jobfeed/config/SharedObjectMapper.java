package dev.jobfeed.config;

import com.fasterxml.jackson.databind.ObjectMapper;

/** Provides the object mapper for JSON without rules of its own. Safe for use by several threads; never reconfigured. */
public final class SharedObjectMapper {

    public static final ObjectMapper JSON = new ObjectMapper();

    private SharedObjectMapper() {}
}
