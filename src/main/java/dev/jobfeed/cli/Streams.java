package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedSource;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The streams a command is for, as named on the command line. */
record Streams(List<FeedSource> sources) {

    /** Reads {@code jobs} or {@code career-sites}. */
    static final class One implements ITypeConverter<FeedSource> {

        @Override
        public FeedSource convert(String value) {
            return Stream.of(FeedSource.values())
                    .filter(source -> value.equals(source.property()))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException(
                            "there is no stream '" + value + "'; it is jobs or career-sites"));
        }
    }

    /** Reads {@code jobs}, {@code career-sites} or {@code all}. */
    static final class Converter implements ITypeConverter<Streams> {

        @Override
        public Streams convert(String value) {
            List<FeedSource> sources = Stream.of(FeedSource.values())
                    .filter(source -> value.equals("all") || value.equals(source.property()))
                    .toList();
            if (sources.isEmpty()) {
                throw new TypeConversionException(
                        "there is no stream '" + value + "'; it is jobs, career-sites or all");
            }
            return new Streams(sources);
        }
    }
}
