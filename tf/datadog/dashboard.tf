# One dashboard: what the groups in dashboard_*.tf hold, drawn.
#
# A widget is a value: kind (value, series, list, events, monitors or check), title, at = [x, y,
# width, height] within its group (12 columns), note (one line, shown under the title's ⓘ), and
#   lines    of value, series and list: q, or queries and formula; alias, display, palette
#   markers  of series: horizontal lines; events: true lays changes of capacity over it
#   formats  of value: colours, as [comparator, value, palette]

resource "datadog_dashboard" "autoscaler" {
  title       = "Queue autoscaler (${local.label})"
  description = "The queue of Nomad jobs, the nodes that serve it, what the autoscaler decides, and the transcoder. Runbook: ${local.runbook}"
  layout_type = "ordered"
  reflow_type = "fixed"

  dynamic "template_variable" {
    for_each = local.choices
    iterator = choice

    content {
      name     = choice.value[0]
      prefix   = choice.value[0]
      defaults = choice.value[1]
    }
  }

  dynamic "widget" {
    for_each = local.groups
    iterator = group

    content {
      group_definition {
        title            = group.value.title
        layout_type      = "ordered"
        background_color = group.value.colour

        dynamic "widget" {
          for_each = group.value.widgets
          iterator = one

          content {
            dynamic "query_value_definition" {
              for_each = one.value.kind == "value" ? [one.value] : []
              iterator = it

              content {
                title       = it.value.title
                description = try(it.value.note, null)
                autoscale   = true
                precision   = 1

                dynamic "request" {
                  for_each = it.value.lines
                  iterator = line

                  content {
                    formula {
                      formula_expression = try(line.value.formula, "q")

                      dynamic "conditional_formats" {
                        for_each = try(it.value.formats, [])
                        iterator = format

                        content {
                          comparator = format.value[0]
                          value      = format.value[1]
                          palette    = format.value[2]
                        }
                      }
                    }

                    dynamic "query" {
                      for_each = try(line.value.queries, { q = line.value.q })

                      content {
                        metric_query {
                          name       = query.key
                          query      = query.value
                          aggregator = try(line.value.aggregator, "last")
                        }
                      }
                    }
                  }
                }

                timeseries_background {
                  type = "area"
                }
              }
            }

            dynamic "timeseries_definition" {
              for_each = one.value.kind == "series" ? [one.value] : []
              iterator = it

              content {
                title         = it.value.title
                description   = try(it.value.note, null)
                show_legend   = true
                legend_layout = "auto"

                dynamic "request" {
                  for_each = it.value.lines
                  iterator = line

                  content {
                    display_type = try(line.value.display, "line")

                    formula {
                      formula_expression = try(line.value.formula, "q")
                      alias              = line.value.alias
                    }

                    dynamic "query" {
                      for_each = try(line.value.queries, { q = line.value.q })

                      content {
                        metric_query {
                          name  = query.key
                          query = query.value
                        }
                      }
                    }

                    style {
                      palette   = try(line.value.palette, "dog_classic")
                      line_type = try(line.value.line, "solid")
                    }
                  }
                }

                dynamic "marker" {
                  for_each = try(it.value.markers, [])

                  content {
                    value        = "y = ${marker.value.at}"
                    label        = marker.value.label
                    display_type = "${marker.value.level} dashed"
                  }
                }

                dynamic "event" {
                  for_each = try(it.value.events, false) ? [local.events_query] : []

                  content {
                    q = event.value
                  }
                }

                yaxis {
                  include_zero = true
                }
              }
            }

            dynamic "toplist_definition" {
              for_each = one.value.kind == "list" ? [one.value] : []
              iterator = it

              content {
                title       = it.value.title
                description = try(it.value.note, null)

                dynamic "request" {
                  for_each = it.value.lines
                  iterator = line

                  content {
                    formula {
                      formula_expression = "q"
                      limit {
                        count = 10
                        order = "desc"
                      }
                    }

                    query {
                      metric_query {
                        name       = "q"
                        query      = line.value.q
                        aggregator = "sum"
                      }
                    }
                  }
                }
              }
            }

            dynamic "event_stream_definition" {
              for_each = one.value.kind == "events" ? [one.value] : []
              iterator = it

              content {
                title       = it.value.title
                description = try(it.value.note, null)
                query       = local.events_query
                event_size  = "l"
              }
            }

            dynamic "manage_status_definition" {
              for_each = one.value.kind == "monitors" ? [one.value] : []
              iterator = it

              content {
                title               = it.value.title
                query               = "tag:\"${local.own_tag}\" -tag:\"part:true\""
                display_format      = "countsAndList"
                color_preference    = "text"
                hide_zero_counts    = true
                show_last_triggered = true
                show_priority       = true
                sort                = "status,asc"
                summary_type        = "monitors"
              }
            }

            dynamic "check_status_definition" {
              for_each = one.value.kind == "check" ? [one.value] : []
              iterator = it

              content {
                title    = it.value.title
                check    = it.value.check
                grouping = "cluster"
                group_by = ["pool"]
                tags     = ["$pool", "$env"]
              }
            }

            widget_layout {
              x      = one.value.at[0]
              y      = one.value.at[1]
              width  = one.value.at[2]
              height = one.value.at[3]
            }
          }
        }
      }

      widget_layout {
        x      = 0
        y      = local.group_tops[group.key]
        width  = 12
        height = local.group_heights[group.key]
      }
    }
  }
}
