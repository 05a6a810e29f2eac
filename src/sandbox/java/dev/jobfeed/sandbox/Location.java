package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;

/** A place a job can be in, by label and by code; every part is nullable. */
record Location(
        String city,
        String region,
        String regionCode,
        String country,
        String countryCode,
        Double latitude,
        Double longitude,
        String currency) {

    /** Returns the place that an object asks for by labels, or that a job of a file is in. */
    static Location asked(JsonNode place) {
        return new Location(
                place.path("city").textValue(),
                place.path("region").textValue(),
                null,
                place.path("country").textValue(),
                null,
                null,
                null,
                null);
    }

    /** Tells whether each part that is asked for is this place's label or code. */
    boolean matches(Location asked) {
        return is(asked.country, country, countryCode)
                && is(asked.region, region, regionCode)
                && is(asked.city, city, null);
    }

    private static boolean is(String asked, String label, String code) {
        return asked == null || asked.equalsIgnoreCase(label) || asked.equalsIgnoreCase(code);
    }
}
