package dev.jobfeed.persistence;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Locale;
import org.apache.camel.component.sql.DefaultRowMapperFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * Lets the option {@code outputClass} of {@code sql:} endpoints name a record: bean {@code jobfeedRowMapperFactory}. Spring's mapper
 * looks for a column by the component's name first, and H2 writes an error to its trace file if there is none.
 */
public final class RecordRowMapperFactory extends DefaultRowMapperFactory {

    @Override
    public RowMapper<?> newBeanRowMapper(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor = BeanUtils.getResolvableConstructor(type);
        String[] columns = Arrays.stream(components)
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
        return (row, i) -> {
            Object[] values = new Object[columns.length];
            for (int column = 0; column < columns.length; column++) {
                values[column] =
                        JdbcUtils.getResultSetValue(row, row.findColumn(columns[column]), components[column].getType());
            }
            return BeanUtils.instantiateClass(constructor, values);
        };
    }
}
